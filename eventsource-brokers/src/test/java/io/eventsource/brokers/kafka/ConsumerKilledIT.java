package io.eventsource.brokers.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.brokers.InboxDatabase;
import io.eventsource.outbox.OutgoingMessage;
import io.eventsource.outbox.SendOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class ConsumerKilledIT {

    private static final int KEYS = 20;
    private static final int PER_KEY = 100;

    @Test
    void processes_that_are_killed_in_the_middle_of_their_work_lose_and_repeat_no_effect() throws InterruptedException {
        KafkaBroker broker = KafkaBroker.shared();
        try (InboxDatabase database = InboxDatabase.create();
                KafkaTransport transport = KafkaTransport.start(Map.of("bootstrap.servers", broker.direct()))) {
            String topic = broker.newTopic();
            List<OutgoingMessage> messages = InboxDatabase.messages(topic, KEYS, PER_KEY);
            assertThat(transport.send(messages)).allMatch(SendOutcome::acknowledged);

            for (int kills = 1; kills <= 3; kills++) {
                long before = database.effects();
                try (ConsumerProcess process = ConsumerProcess.launch(topic, "killed", broker.direct(), database)) {
                    await().atMost(Duration.ofSeconds(60))
                            .pollInterval(Duration.ofMillis(2))
                            .until(() -> database.effects() > before + 50 || database.effects() == KEYS * PER_KEY);
                    process.kill();
                }
            }
            assertThat(database.effects()).isLessThan(KEYS * PER_KEY);

            try (ConsumerProcess last = ConsumerProcess.launch(topic, "killed", broker.direct(), database)) {
                await().atMost(Duration.ofSeconds(90)).until(() -> database.effects() >= KEYS * PER_KEY);
                last.kill();
            }
            assertThat(database.effects()).isEqualTo(KEYS * PER_KEY);
            assertThat(database.disorder()).isEmpty();
        }
    }
}
