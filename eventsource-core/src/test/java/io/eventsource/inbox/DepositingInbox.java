package io.eventsource.inbox;

import io.eventsource.deadletter.DeadLetter;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterReplay.AutomaticRetry;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.deadletter.MessageParking;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.error.ErrorInfo;
import io.eventsource.error.ErrorListeners;
import io.eventsource.event.EventEnvelope;
import io.eventsource.message.MessageAttributes;
import io.eventsource.message.MessageContent;
import io.eventsource.projection.EventHandlers;
import io.eventsource.subscription.ErrorHandling;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.springframework.jdbc.core.JdbcTemplate;

/** A consumer that keeps deposits, with what it has parked and ways to make it fail. */
final class DepositingInbox {

    static final String KEY = "c8b0a1de-0000-4000-8000-000000000001";
    static final String OTHER_KEY = "c8b0a1de-0000-4000-8000-000000000002";

    final TestDatabase database;
    final JdbcTemplate jdbc;
    final DeadLetterRepository letters;
    final String name = "c-" + UUID.randomUUID();
    final List<ErrorInfo> errors = new CopyOnWriteArrayList<>();
    private final ErrorHandling errorHandling = new ErrorHandling(
            ErrorClassifier.standard()
                    .with(
                            NoSuchDatabase.class,
                            new ErrorClassification(
                                    ErrorClassification.Category.INFRASTRUCTURE, ErrorClassification.Severity.HIGH)),
            new ErrorListeners(List.of(errors::add)),
            AutomaticRetry.OFF);

    volatile Consumer<EventEnvelope<Object>> before = event -> {};

    DepositingInbox(TestDatabase database) {
        this.database = database;
        this.jdbc = database.jdbc();
        this.letters = DeadLetterRepository.postgres(database.dataSource(), TestDatabase.SCHEMA);
        jdbc.execute("CREATE TABLE IF NOT EXISTS deposits (id bigserial, consumer text, key uuid, amount bigint)");
    }

    /** Something that every message needs is away. */
    static final class NoSuchDatabase extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final class Depositing implements EventHandlers {

        @Override
        public String name() {
            return name;
        }

        @Override
        public Set<String> eventTypes() {
            return Set.of("deposited");
        }

        @Override
        public void handle(EventEnvelope<Object> event) {
            before.accept(event);
            jdbc.update(
                    "INSERT INTO deposits (consumer, key, amount) VALUES (?, ?, ?)",
                    name,
                    event.aggregateId(),
                    amount(event));
        }
    }

    static long amount(EventEnvelope<Object> event) {
        return ((Deposited) event.payload()).amount();
    }

    static IncomingMessage message(String key, int number) {
        return message(key, "m-" + key + "-" + number, "deposited", "{\"amount\": %d}".formatted(number));
    }

    static IncomingMessage message(String key, String id, String type, String payload) {
        return new IncomingMessage(
                "topic-0",
                id,
                key,
                new MessageAttributes(id, "/bank", type, key, Instant.parse("2026-01-01T00:00:00Z")),
                MessageContent.json(payload),
                Map.of("aggregatetype", "account", "aggregateversion", "7", "sequence", "99", "X-Region", "north"));
    }

    static List<IncomingMessage> messages(String key, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(number -> message(key, number))
                .toList();
    }

    InboxConsumer consumer(int maxRetries, DeadLetterReplay.Target.Bounds bounds) {
        return new InboxConsumer(
                new DeadLetterReplay.Target(new Depositing(), database.transactionManager(), bounds),
                TestDatabase.events(database.dataSource()),
                PoisonMessages.deadLetters(
                        new MessageParking(database.dataSource(), TestDatabase.SCHEMA), maxRetries, AutomaticRetry.OFF),
                errorHandling,
                new InboxConsumer.Settings(100, Duration.ofMillis(1), Duration.ofMillis(4), Duration.ofHours(1)));
    }

    InboxPartition partition(int maxRetries) {
        return consumer(maxRetries, DeadLetterReplay.Target.Bounds.NONE).partition("topic-0");
    }

    DeadLetterReplay replay() {
        return new DeadLetterReplay(
                List.of(consumer(0, DeadLetterReplay.Target.Bounds.NONE).replayTarget()),
                TestDatabase.events(database.dataSource()),
                ErrorClassifier.standard(),
                new DeadLetterReplay.Settings(100_000, AutomaticRetry.OFF));
    }

    void failOn(long amount) {
        before = event -> {
            if (amount(event) == amount) {
                throw new IllegalStateException("not " + amount);
            }
        };
    }

    List<DeadLetter> letters(DeadLetter.Status... statuses) {
        return letters.list(DeadLetterRepository.Filter.ALL.withProjection(name).withStatuses(statuses), 0, 1_000);
    }

    List<Long> deposits(String key) {
        return jdbc.queryForList(
                "SELECT amount FROM deposits WHERE consumer = ? AND key = ?::uuid ORDER BY id", Long.class, name, key);
    }
}
