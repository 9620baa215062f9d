package io.eventsource.brokers.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.brokers.InboxDatabase;
import io.eventsource.brokers.PublisherContract;
import io.eventsource.brokers.PublishingService;
import io.eventsource.inbox.IncomingMessage;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.OutgoingMessage;
import io.eventsource.outbox.SendOutcome;
import io.eventsource.subscription.SubscriptionManager;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class KafkaPublisherIT extends PublisherContract {

    private static final int EXIT_CODE = 17;

    private static final KafkaBroker broker = KafkaBroker.shared();

    @Override
    protected MessageTransport connect() {
        return KafkaTransport.start(KafkaTransportContractIT.impatient(broker.proxied()));
    }

    @Override
    protected String newTopic() {
        return broker.newTopic();
    }

    @Override
    protected List<IncomingMessage> messagesIn(String name) {
        return broker.recordsIn(name).stream().map(KafkaCloudEvents::read).toList();
    }

    @Override
    protected int tooLong() {
        return KafkaBroker.MAX_MESSAGE_BYTES + 1;
    }

    @Override
    protected void cut() {
        broker.proxy().cut();
    }

    @Override
    protected void mend() {
        broker.proxy().mend();
    }

    /** Ends its process as soon as the broker has acknowledged so many messages, before the checkpoint can know. */
    private record Fatal(MessageTransport transport, int messages, Set<String> acknowledged)
            implements MessageTransport {

        @Override
        public List<SendOutcome> send(List<OutgoingMessage> batch) throws InterruptedException {
            List<SendOutcome> outcomes = transport.send(batch);
            for (int i = 0; i < batch.size(); i++) {
                if (outcomes.get(i).acknowledged()) {
                    acknowledged.add(batch.get(i).id());
                }
            }
            if (acknowledged.size() >= messages) {
                Runtime.getRuntime().halt(EXIT_CODE);
            }
            return outcomes;
        }

        @Override
        public void close() {
            transport.close();
        }
    }

    /** Publishes until it kills itself. Arguments: topic, bootstrap servers, and the database's URL, user and password. */
    static final class Doomed {

        private Doomed() {}

        public static void main(String[] arguments) throws IOException {
            try (InboxDatabase database = InboxDatabase.existing(arguments[2], arguments[3], arguments[4]);
                    MessageTransport transport = new Fatal(
                            KafkaTransport.start(Map.of("bootstrap.servers", arguments[1])), 60, new HashSet<>())) {
                PublishingService service = new PublishingService(database);
                SubscriptionManager instance = service.instance(service.publisher(arguments[0], transport), 1);
                instance.start();
                while (System.in.read() >= 0) {
                    // the parent only ever ends the input
                }
                boolean unused = instance.stop(Duration.ofSeconds(5));
            }
        }
    }

    @Test
    void what_was_sent_by_a_process_that_died_before_its_checkpoint_is_sent_again_and_nothing_is_missing()
            throws Exception {
        List<UUID> aggregates = aggregates(10);
        for (int number = 0; number < 20; number++) {
            for (UUID aggregate : aggregates) {
                service.append(aggregate, number, "");
            }
        }
        Process doomed = doomed();
        try {
            assertThat(doomed.waitFor()).isEqualTo(EXIT_CODE);
        } finally {
            doomed.destroyForcibly();
        }
        int before = messagesIn(topic).size();
        assertThat(before).isBetween(60, 199);

        SubscriptionManager successor = service.instance(service.publisher(topic, connect()), 1);
        successor.start();

        awaitArrivals(aggregates, 20);
        assertThat(successor.stop(Duration.ofSeconds(20))).isTrue();
        // what the last batch had sent
        assertThat(messagesIn(topic).size()).isGreaterThan(200);
    }

    private Process doomed() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Doomed.class.getName(),
                topic,
                broker.direct()));
        command.addAll(database.address());
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
