package io.eventsource.brokers.kafka;

import io.eventsource.brokers.InboxDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A consumer in a JVM of its own, which handles messages until it is killed. */
final class ConsumerProcess implements AutoCloseable {

    private final Process process;

    private ConsumerProcess(Process process) {
        this.process = process;
    }

    /** Arguments: topic, consumer's name, bootstrap servers, and the database's URL, user and password. */
    public static void main(String[] arguments) throws IOException {
        try (InboxDatabase database = InboxDatabase.existing(arguments[3], arguments[4], arguments[5])) {
            KafkaInboxFeed feed = new KafkaInboxFeed(
                    database.consumer(arguments[1], event -> {}),
                    Set.of(arguments[0]),
                    Map.of(
                            "bootstrap.servers",
                            arguments[2],
                            "session.timeout.ms",
                            "3000",
                            "heartbeat.interval.ms",
                            "500",
                            "max.poll.records",
                            "7"),
                    Thread::new);
            feed.start();
            while (System.in.read() >= 0) {
                // the parent only ever ends the input
            }
            boolean unused = feed.stop(Duration.ofSeconds(5));
        }
    }

    static ConsumerProcess launch(String topic, String name, String servers, InboxDatabase database) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ConsumerProcess.class.getName(),
                topic,
                name,
                servers));
        command.addAll(database.address());
        try {
            return new ConsumerProcess(new ProcessBuilder(command)
                    .redirectOutput(Redirect.INHERIT)
                    .redirectError(Redirect.INHERIT)
                    .start());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
