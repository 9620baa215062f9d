package io.eventsource.brokers.kafka;

import io.eventsource.test.TcpProxy;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka broker in KRaft mode in this JVM, which all tests share: it takes longer to start than most of them. Clients under test reach
 * it through a proxy, tests directly. It keeps ports and data when it is stopped and started again.
 */
final class KafkaBroker {

    static final int PARTITIONS = 4;
    static final int MAX_MESSAGE_BYTES = 100_000;

    private static final AtomicInteger TOPICS = new AtomicInteger();

    private final int directPort = freePort();
    private final int proxiedPort = freePort();
    private final int controllerPort = freePort();
    private final TcpProxy proxy = new TcpProxy(proxiedPort);
    private final Path folder;
    private KafkaRaftServer server;
    private @Nullable KafkaConsumer<String, byte[]> reader;

    private KafkaBroker(Path folder) {
        this.folder = folder;
        format();
        this.server = launch();
    }

    /** Started when the first test asks for it. */
    private static final class Shared {

        private static final KafkaBroker INSTANCE = start();

        private static KafkaBroker start() {
            try {
                Path target = Files.createDirectories(Path.of("target"));
                KafkaBroker broker = new KafkaBroker(
                        Files.createTempDirectory(target, "kafka-").toAbsolutePath());
                Runtime.getRuntime().addShutdownHook(new Thread(broker::close));
                return broker;
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    /** The broker, which runs until the JVM ends. Who cuts its proxy or stops it brings it back. */
    static KafkaBroker shared() {
        return Shared.INSTANCE;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void format() {
        try {
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setNodeId(1)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setControllerListenerName("CONTROLLER")
                    .setMetadataLogDirectory(Optional.empty())
                    .addDirectory(folder.toString())
                    .run();
        } catch (Exception failure) {
            throw new IllegalStateException("Cannot format " + folder, failure);
        }
    }

    private KafkaRaftServer launch() {
        Properties settings = new Properties();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("log.dirs", folder.toString());
        settings.put("controller.quorum.voters", "1@localhost:" + controllerPort);
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put(
                "listeners",
                "DIRECT://localhost:%d,PROXIED://localhost:%d,CONTROLLER://localhost:%d"
                        .formatted(directPort, proxiedPort, controllerPort));
        settings.put(
                "advertised.listeners",
                "DIRECT://localhost:%d,PROXIED://localhost:%d".formatted(directPort, proxy.port()));
        settings.put("listener.security.protocol.map", "DIRECT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("inter.broker.listener.name", "DIRECT");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "1");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("group.min.session.timeout.ms", "1000");
        settings.put("auto.create.topics.enable", "false");
        settings.put("message.max.bytes", Integer.toString(MAX_MESSAGE_BYTES));
        settings.put("log.retention.check.interval.ms", "500");
        settings.put("controlled.shutdown.enable", "false");
        // until its former session is over, a broker that was started again is not let in
        settings.put("broker.session.timeout.ms", "1500");
        settings.put("broker.heartbeat.interval.ms", "300");
        KafkaRaftServer launched = new KafkaRaftServer(new KafkaConfig(settings), Time.SYSTEM);
        launched.startup();
        return launched;
    }

    void stop() {
        server.shutdown();
        server.awaitShutdown();
    }

    void restart() {
        server = launch();
    }

    TcpProxy proxy() {
        return proxy;
    }

    /** What leads a client through the proxy. */
    String proxied() {
        return "localhost:" + proxy.port();
    }

    String direct() {
        return "localhost:" + directPort;
    }

    String newTopic() {
        return newTopic(PARTITIONS);
    }

    String newTopic(int partitions) {
        String topic = "topic-" + TOPICS.incrementAndGet();
        try (Admin admin = admin()) {
            admin.createTopics(Set.of(new NewTopic(topic, partitions, (short) 1)))
                    .all()
                    .get();
        } catch (ExecutionException failure) {
            throw new IllegalStateException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
        return topic;
    }

    Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", direct()));
    }

    /** All that a topic holds now, partition by partition. One client for all calls: it takes longer to connect than to read. */
    synchronized List<ConsumerRecord<String, byte[]>> recordsIn(String topic) {
        KafkaConsumer<String, byte[]> client = reader;
        if (client == null) {
            client = new KafkaConsumer<>(
                    Map.of(
                            "bootstrap.servers",
                            direct(),
                            "isolation.level",
                            "read_committed",
                            "fetch.max.wait.ms",
                            "10"),
                    new StringDeserializer(),
                    new ByteArrayDeserializer());
            reader = client;
        }
        Collection<TopicPartition> partitions = IntStream.range(
                        0, client.partitionsFor(topic).size())
                .mapToObj(number -> new TopicPartition(topic, number))
                .toList();
        client.assign(partitions);
        client.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = client.endOffsets(partitions);
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            while (client.position(partition) < ends.getOrDefault(partition, 0L)) {
                client.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    private synchronized void close() {
        if (reader != null) {
            reader.close();
        }
        proxy.close();
        stop();
    }
}
