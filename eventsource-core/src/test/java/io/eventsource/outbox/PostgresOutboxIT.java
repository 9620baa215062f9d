package io.eventsource.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.eventsource.deadletter.DeadLetter;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.log.HighWaterMark;
import io.eventsource.outbox.Destination.Route;
import io.eventsource.outbox.MessageTransport.SendOutcome;
import io.eventsource.outbox.Outbox.DestinationStatus;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.SubscriptionDefinition;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionSettings;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Noted;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@OnEachPostgres
class PostgresOutboxIT {

    private static final UUID ACCOUNT = UUID.fromString("c8b0a1de-0000-4000-8000-000000000001");

    private final TestDatabase database;
    private final LogSignal signal = new LogSignal();
    private final EventStore store;
    private final DeadLetterRepository letters;
    private final Outbox outbox;

    PostgresOutboxIT(TestDatabase server) {
        this.database = TestDatabase.migrated(server.major());
        this.store = database.store(TestEvents.codec(), signal);
        this.letters = DeadLetterRepository.postgres(database.dataSource(), TestDatabase.SCHEMA);
        this.outbox = Outbox.postgres(
                database.dataSource(), TestDatabase.SCHEMA, letters, Map.of("bank", Set.of("deposited")), Set.of());
    }

    @AfterEach
    void close() {
        database.close();
    }

    /** Refuses what has an amount of 13. */
    private static final class Refusing implements MessageTransport {

        @Override
        public List<SendOutcome> send(List<OutgoingMessage> messages) {
            List<SendOutcome> outcomes = new ArrayList<>();
            messages.forEach(message -> outcomes.add(
                    message.content().text().contains("13")
                            ? new SendOutcome.Refused(new IOException("unlucky"))
                            : new SendOutcome.Acknowledged()));
            return outcomes;
        }

        @Override
        public void close() {}
    }

    private void publish(int segments, Runnable meanwhile) {
        Publisher publisher = new Publisher(
                new Destination("bank", "/bank", "money", List.of(Route.unchanged("deposited"))),
                TestEvents.codec(),
                PayloadSerializer.json(),
                new Refusing());
        SubscriptionManager manager = SubscriptionManager.builder(
                        TestDatabase.events(database.dataSource()),
                        HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC()),
                        signal)
                .build(List.of(new SubscriptionDefinition(
                        publisher,
                        SubscriptionSettings.builder().segments(segments).build(),
                        null)));
        manager.start();
        try {
            meanwhile.run();
        } finally {
            assertThat(manager.stop(Duration.ofSeconds(10))).isTrue();
        }
    }

    private void deposit(UUID account, long amount) {
        store.append(StreamAppend.to("account", account, new Deposited(amount)));
    }

    private DestinationStatus status() {
        return outbox.destinations().get(0);
    }

    private DeadLetter failed() {
        return outbox.entries("bank", 0, 10).stream()
                .filter(letter -> letter.status() == DeadLetter.Status.FAILED)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_destination_that_has_never_started_has_nothing_behind_it() {
        deposit(ACCOUNT, 1);

        assertThat(status()).isEqualTo(new DestinationStatus("bank", 0, 0, 0, 0, 0, 0, Duration.ZERO, null));
    }

    @Test
    void what_is_sent_failed_and_still_to_be_sent_adds_up_to_what_was_appended() {
        publish(1, () -> {
            IntStream.range(0, 5).forEach(i -> deposit(UUID.randomUUID(), i));
            deposit(ACCOUNT, 13);
            deposit(ACCOUNT, 7);
            store.append(StreamAppend.to("account", UUID.randomUUID(), new Noted("leaves for nowhere")));
            await().untilAsserted(() -> {
                assertThat(status().published()).isEqualTo(5);
                assertThat(status().failed()).isEqualTo(1);
                assertThat(status().pending()).as("behind the failed one").isEqualTo(1);
            });
        });
        assertThat(status().lastProcessedAt()).isNotNull();

        assertThat(outbox.discard(failed().id(), "ann", "nobody wants it")).isTrue();
        assertThat(status().failed()).isZero();
        assertThat(status().discarded()).isEqualTo(1);
        assertThat(status().pending()).isEqualTo(1);
        assertThat(status().published()).isEqualTo(5);
    }

    @Test
    void while_nobody_publishes_events_of_its_types_are_pending_and_grow_older() {
        publish(4, () -> {
            deposit(ACCOUNT, 1);
            await().until(() -> status().published() == 1);
        });

        IntStream.range(0, 20).forEach(i -> deposit(UUID.randomUUID(), i));
        store.append(StreamAppend.to("account", UUID.randomUUID(), new Noted("leaves for nowhere")));

        assertThat(status().pending()).isEqualTo(20);
        assertThat(status().positionsBehind()).isGreaterThanOrEqualTo(21);
        Duration age = status().age();
        await().untilAsserted(() -> assertThat(status().age()).isGreaterThan(age));
    }

    @Test
    void beyond_what_is_counted_each_position_counts() {
        database.jdbc()
                .update(
                        """
                        INSERT INTO eventsource.projection_checkpoints (projection_name, segment, last_bucket, position)
                        VALUES ('outbox:bank', 0, 1023, 0)""");
        deposit(ACCOUNT, 1);
        database.jdbc().execute("SELECT setval(pg_get_serial_sequence('eventsource.events', 'position'), 150000)");
        deposit(ACCOUNT, 2);

        assertThat(status().pending()).isEqualTo(1 + 50_001);
    }

    @Test
    void what_failed_is_listed_and_sent_again_when_somebody_says_so() {
        publish(1, () -> {
            deposit(ACCOUNT, 13);
            deposit(ACCOUNT, 7);
            await().until(() -> status().failed() == 1 && status().pending() == 1);
        });

        assertThat(outbox.entries("bank", 0, 10)).hasSize(2);
        assertThat(outbox.retry(failed().id())).isTrue();
        assertThat(status().failed()).isZero();
        assertThat(status().pending()).isEqualTo(2);
        assertThat(outbox.retry(outbox.entries("bank", 0, 1).get(0).id()))
                .as("is not failed any more")
                .isFalse();
    }

    @Test
    void all_that_failed_is_sent_again_as_far_as_the_limit_goes() {
        publish(1, () -> {
            IntStream.range(0, 3).forEach(i -> deposit(UUID.randomUUID(), 13));
            await().until(() -> status().failed() == 3);
        });

        assertThat(outbox.retryAll("bank", 2)).isEqualTo(2);
        assertThat(status().failed()).isEqualTo(1);
        assertThat(outbox.retryAll("bank", 10)).isEqualTo(1);
        assertThat(outbox.retryAll("bank", 10)).isZero();
    }

    @Test
    void entries_of_projections_are_left_alone_and_unknown_destinations_named() {
        publish(1, () -> {
            deposit(ACCOUNT, 13);
            await().until(() -> status().failed() == 1);
        });
        database.jdbc().update("UPDATE eventsource.dead_letter_queue SET projection_name = 'totals'");
        long id = letters.list(io.eventsource.deadletter.DeadLetterRepository.Filter.ALL, 0, 1)
                .get(0)
                .id();

        assertThat(outbox.retry(id)).isFalse();
        assertThat(outbox.discard(id, "ann", "a mistake")).isFalse();
        assertThat(letters.find(id))
                .hasValueSatisfying(letter -> assertThat(letter.status()).isEqualTo(DeadLetter.Status.FAILED));
        assertThatThrownBy(() -> outbox.entries("benk", 0, 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("There is no destination 'benk', only [bank]");
    }
}
