package io.eventsource.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.deadletter.DeadLetter;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterReplay.AutomaticRetry;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.deadletter.MessageParking;
import io.eventsource.deadletter.ReplayTarget;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.error.ErrorInfo;
import io.eventsource.error.ErrorListeners;
import io.eventsource.event.EventEnvelope;
import io.eventsource.message.MessageAttributes;
import io.eventsource.message.MessageContent;
import io.eventsource.projection.EventHandlers;
import io.eventsource.subscription.ErrorHandling;
import io.eventsource.subscription.ProcessingBounds;
import io.eventsource.subscription.ProcessingTimeoutException;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.jdbc.core.JdbcTemplate;

/** Messages that cannot be handled, in the dead-letter queue. */
@Timeout(120)
@OnEachPostgres
class InboxDeadLettersIT {

    private static final String KEY = "c8b0a1de-0000-4000-8000-000000000001";
    private static final String OTHER_KEY = "c8b0a1de-0000-4000-8000-000000000002";

    private final TestDatabase database;
    private final JdbcTemplate jdbc;
    private final DeadLetterRepository letters;
    private final String name = "c-" + UUID.randomUUID();
    private final List<ErrorInfo> errors = new CopyOnWriteArrayList<>();
    private final ErrorHandling errorHandling = new ErrorHandling(
            ErrorClassifier.standard()
                    .with(
                            NoSuchDatabase.class,
                            new ErrorClassification(
                                    ErrorClassification.Category.INFRASTRUCTURE, ErrorClassification.Severity.HIGH)),
            new ErrorListeners(List.of(errors::add)),
            AutomaticRetry.OFF);

    private volatile Consumer<EventEnvelope<Object>> before = event -> {};

    InboxDeadLettersIT(TestDatabase database) {
        this.database = database;
        this.jdbc = database.jdbc();
        this.letters = DeadLetterRepository.postgres(database.dataSource(), TestDatabase.SCHEMA);
        jdbc.execute("CREATE TABLE IF NOT EXISTS deposits (id bigserial, consumer text, key uuid, amount bigint)");
    }

    /** Something that every message needs is away. */
    private static final class NoSuchDatabase extends RuntimeException {
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

    private static long amount(EventEnvelope<Object> event) {
        return ((Deposited) event.payload()).amount();
    }

    private static IncomingMessage message(String key, int number) {
        return message(key, "m-" + key + "-" + number, "deposited", "{\"amount\": %d}".formatted(number));
    }

    private static IncomingMessage message(String key, String id, String type, String payload) {
        return new IncomingMessage(
                "topic-0",
                id,
                key,
                new MessageAttributes(id, "/bank", type, key, Instant.parse("2026-01-01T00:00:00Z")),
                MessageContent.json(payload),
                Map.of("aggregatetype", "account", "aggregateversion", "7", "sequence", "99", "X-Region", "north"));
    }

    private static List<IncomingMessage> messages(String key, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(number -> message(key, number))
                .toList();
    }

    private InboxConsumer consumer(int maxRetries, ReplayTarget.Bounds bounds) {
        return new InboxConsumer(
                new ReplayTarget(new Depositing(), database.transactionManager(), bounds),
                TestDatabase.events(database.dataSource()),
                PoisonMessages.deadLetters(
                        new MessageParking(database.dataSource(), TestDatabase.SCHEMA), maxRetries, AutomaticRetry.OFF),
                errorHandling,
                new InboxConsumer.Settings(100, Duration.ofMillis(1), Duration.ofMillis(4), Duration.ofHours(1)));
    }

    private InboxPartition partition(int maxRetries) {
        return consumer(maxRetries, ReplayTarget.Bounds.NONE).partition("topic-0");
    }

    private DeadLetterReplay replay() {
        return new DeadLetterReplay(
                List.of(consumer(0, ReplayTarget.Bounds.NONE).replayTarget()),
                TestDatabase.events(database.dataSource()),
                ErrorClassifier.standard(),
                new DeadLetterReplay.Settings(100_000, AutomaticRetry.OFF));
    }

    private void failOn(long amount) {
        before = event -> {
            if (amount(event) == amount) {
                throw new IllegalStateException("not " + amount);
            }
        };
    }

    private List<DeadLetter> letters(DeadLetter.Status... statuses) {
        return letters.list(DeadLetterRepository.Filter.ALL.withProjection(name).withStatuses(statuses), 0, 1_000);
    }

    private List<Long> deposits(String key) {
        return jdbc.queryForList(
                "SELECT amount FROM deposits WHERE consumer = ? AND key = ?::uuid ORDER BY id", Long.class, name, key);
    }

    @Test
    void a_message_that_fails_for_good_is_a_dead_letter_that_says_where_it_comes_from() {
        failOn(1);
        InboxPartition partition = partition(2);

        assertThat(partition.handle(messages(KEY, 0, 2))).isEqualTo(1);
        assertThat(partition.handle(messages(KEY, 1, 2))).isZero();
        assertThat(partition.handle(messages(KEY, 1, 2))).isEqualTo(1);

        DeadLetter letter = letters(DeadLetter.Status.FAILED).get(0);
        assertThat(letter.message())
                .isEqualTo(new DeadLetter.Message("/bank", "m-" + KEY + "-1", KEY, "topic-0", "m-" + KEY + "-1"));
        assertThat(letter.event().aggregateId()).isEqualTo(UUID.fromString(KEY));
        assertThat(letter.event().position()).isEqualTo(99);
        assertThat(letter.event().version()).isEqualTo(7);
        assertThat(letter.event().metadata().headers()).containsExactly(Map.entry("X-Region", "north"));
        assertThat(letter.event().payload()).isEqualTo("{\"amount\": 1}");
        assertThat(letter.attempts().retries()).isEqualTo(2);
        assertThat(letter.failure())
                .satisfies(failure -> assertThat(failure.errorMessage()).isEqualTo("not 1"));
        assertThat(partition.status().counts()).isEqualTo(new InboxFeed.Counts(1, 0, 1));
        assertThat(partition.status().failures()).isZero();
        assertThat(errors)
                .extracting(error -> error.reaction().getClass().getSimpleName())
                .containsExactly("Retry", "Retry", "Park");
    }

    @Test
    void later_messages_of_the_key_wait_behind_it_and_other_keys_go_on() {
        failOn(1);
        List<IncomingMessage> messages = new ArrayList<>(messages(KEY, 0, 4));
        messages.addAll(messages(OTHER_KEY, 5, 7));
        InboxPartition partition = partition(0);

        assertThat(partition.handle(messages)).isEqualTo(6);
        assertThat(partition.handle(messages(KEY, 4, 5))).isEqualTo(1);

        assertThat(deposits(KEY)).containsExactly(0L);
        assertThat(deposits(OTHER_KEY)).containsExactly(5L, 6L);
        assertThat(letters(DeadLetter.Status.FAILED)).hasSize(1);
        assertThat(letters(DeadLetter.Status.WAITING)).hasSize(3).allSatisfy(letter -> assertThat(letter.failure())
                .isNull());
        assertThat(partition(0).handle(messages)).isEqualTo(6);
        assertThat(letters()).hasSize(4);
    }

    @Test
    void a_replay_handles_them_in_order_and_frees_the_key() {
        failOn(1);
        InboxPartition partition = partition(0);
        partition.handle(messages(KEY, 0, 5));
        failOn(-1);

        DeadLetterReplay.Result result = replay().replay(
                        DeadLetterRepository.Filter.OPEN
                                .withAggregate(UUID.fromString(KEY))
                                .withProjection(name),
                        1_000);

        assertThat(result.resolved()).isEqualTo(4);
        assertThat(deposits(KEY)).containsExactly(0L, 1L, 2L, 3L, 4L);
        assertThat(partition.handle(messages(KEY, 5, 7))).isEqualTo(2);
        assertThat(deposits(KEY)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(letters(DeadLetter.Status.RESOLVED)).hasSize(4);
    }

    @Test
    void a_discarded_message_lets_those_behind_it_follow() {
        failOn(1);
        partition(0).handle(messages(KEY, 0, 3));

        assertThat(letters.discard(letters(DeadLetter.Status.FAILED).get(0).id(), "operator", "not needed"))
                .isTrue();
        assertThat(replay().replayDue(Set.of(name), 100).resolved()).isEqualTo(1);

        assertThat(deposits(KEY)).containsExactly(0L, 2L);
    }

    @Test
    void a_key_of_several_aggregates_is_held_back_as_a_whole_and_each_message_keeps_its_aggregate() {
        failOn(1);
        IncomingMessage failing = message(KEY, 1);
        IncomingMessage behind = withKey(message(OTHER_KEY, 2), KEY);

        assertThat(partition(0).handle(List.of(failing, behind))).isEqualTo(2);
        failOn(-1);
        replay().replay(DeadLetterRepository.Filter.OPEN.withProjection(name), 10);

        assertThat(deposits(KEY)).containsExactly(1L);
        assertThat(deposits(OTHER_KEY)).containsExactly(2L);
        assertThat(letters.list(
                        DeadLetterRepository.Filter.ALL.withProjection(name).withAggregate(UUID.fromString(OTHER_KEY)),
                        0,
                        10))
                .hasSize(1);
    }

    private static IncomingMessage withKey(IncomingMessage message, String key) {
        return new IncomingMessage(
                message.partition(), message.place(), key, message.attributes(), message.content(), message.headers());
    }

    @Test
    void what_cannot_be_read_is_parked_at_once_whatever_it_is() {
        List<IncomingMessage> unreadable = List.of(
                message("k1", "", "", "{}"),
                message("k2", "no-json", "deposited", "{\"amount\": "),
                message("k3", "nul", "deposited", "{\"amount\": \"\\u0000\"}"),
                new IncomingMessage(
                        "topic-0",
                        "7",
                        "k4\0",
                        new MessageAttributes("id\0", "/bank", "deposited", "s", Instant.EPOCH),
                        MessageContent.of("application/avro", new byte[] {1, 0, -1}),
                        Map.of("sequence", "many", "X\0", "\0")));

        assertThat(partition(5).handle(unreadable)).isEqualTo(4);

        assertThat(letters(DeadLetter.Status.FAILED))
                .extracting(letter -> letter.event().payload())
                .containsExactly(
                        "{}",
                        "{\"base64\": \"%s\"}".formatted(base64("{\"amount\": ")),
                        "{\"base64\": \"%s\"}".formatted(base64("{\"amount\": \"\\u0000\"}")),
                        "{\"base64\": \"AQD/\"}");
        assertThat(replay().replay(DeadLetterRepository.Filter.OPEN.withProjection(name), 10)
                        .failed())
                .isEqualTo(4);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void a_payload_that_is_edited_in_the_queue_takes_effect() {
        assertThat(partition(0).handle(List.of(message(KEY, "x", "deposited", "{\"amount\": "))))
                .isEqualTo(1);

        long id = letters(DeadLetter.Status.FAILED).get(0).id();
        assertThat(letters.edit(id, "{\"amount\": 8}", "operator", "cut off")).isTrue();
        assertThat(replay().replay(id).resolved()).isEqualTo(1);

        assertThat(deposits(KEY)).containsExactly(8L);
    }

    @Test
    void failures_of_the_infrastructure_count_against_no_message() {
        before = event -> {
            throw new NoSuchDatabase();
        };
        InboxPartition partition = partition(1);

        for (int i = 0; i < 5; i++) {
            assertThat(partition.handle(messages(KEY, 0, 1))).isZero();
        }
        failOn(0);
        assertThat(partition.handle(messages(KEY, 0, 1))).isZero();
        assertThat(letters()).isEmpty();
        assertThat(partition.handle(messages(KEY, 0, 1))).isEqualTo(1);

        assertThat(letters(DeadLetter.Status.FAILED)).hasSize(1);
    }

    @Test
    void a_message_that_fails_while_its_feed_is_being_ended_is_not_set_aside() {
        failOn(0);

        assertThat(partition(0).handle(messages(KEY, 0, 1), () -> true)).isZero();

        assertThat(letters()).isEmpty();
    }

    @Test
    void handling_that_takes_too_long_has_its_statement_cancelled_and_its_thread_interrupted() throws Exception {
        ReplayTarget.Bounds bounds =
                ProcessingBounds.of(name, Duration.ofMillis(300), database.dataSource(), Thread::new);
        AtomicBoolean sleepsInDatabase = new AtomicBoolean(true);
        before = event -> {
            if (sleepsInDatabase.get()) {
                jdbc.execute("SELECT pg_sleep(60)");
            } else {
                awaitForEver();
            }
        };
        InboxPartition partition = consumer(5, bounds).partition("topic-0");

        assertThat(partition.handle(messages(KEY, 0, 1))).isZero();
        assertThat(partition.status().failure()).isInstanceOf(ProcessingTimeoutException.class);
        sleepsInDatabase.set(false);
        assertThat(partition.handle(messages(KEY, 0, 1))).isZero();
        assertThat(partition.status().failure()).isInstanceOf(ProcessingTimeoutException.class);

        assertThat(Thread.interrupted()).isFalse();
        failOn(-1);
        assertThat(partition.handle(messages(KEY, 0, 1))).isEqualTo(1);
        assertThat(deposits(KEY)).containsExactly(0L);
    }

    private static void awaitForEver() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void the_server_ends_the_transaction_of_a_client_that_is_silent() {
        ReplayTarget.Bounds bounds =
                ProcessingBounds.of(name, Duration.ofSeconds(9), database.dataSource(), Thread::new);
        List<String> timeouts = new CopyOnWriteArrayList<>();
        before = event -> timeouts.addAll(jdbc.queryForList("SHOW idle_in_transaction_session_timeout", String.class));

        consumer(0, bounds).partition("topic-0").handle(messages(KEY, 0, 1));

        assertThat(timeouts).containsExactly("18s");
    }

    @Test
    void messages_can_be_parked_in_a_transaction_alone() {
        MessageParking parking = new MessageParking(database.dataSource(), TestDatabase.SCHEMA);
        PoisonMessages poison = PoisonMessages.deadLetters(parking, 0, AutomaticRetry.OFF);

        assertThatThrownBy(() -> poison.parkBehind(name, messages(KEY, 0, 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("only in the transaction that records them");
    }

    /** A replay, an operator and the partition at once: order holds, and nothing waits behind nothing. */
    @Test
    void whatever_the_interleaving_each_message_takes_effect_once_in_order() throws Exception {
        long seed = Long.getLong("eventsource.test.seed", new SecureRandom().nextLong());
        System.out.printf(
                "%s: repeat with -Deventsource.test.seed=%d%n", getClass().getSimpleName(), seed);
        Random random = new Random(seed);
        List<String> keys = IntStream.range(0, 4)
                .mapToObj(i -> new UUID(random.nextLong(), random.nextLong()).toString())
                .toList();
        Map<String, Integer> next = new HashMap<>();
        AtomicBoolean over = new AtomicBoolean();
        before = event -> {
            if (!over.get() && ThreadLocalRandom.current().nextInt(4) == 0) {
                throw new IllegalStateException("by chance");
            }
        };
        ExecutorService others = Executors.newFixedThreadPool(2);
        try {
            Future<?> replaying = others.submit(() -> {
                while (!over.get()) {
                    replay().replay(DeadLetterRepository.Filter.OPEN.withProjection(name), 20);
                }
            });
            Future<?> due = others.submit(() -> {
                while (!over.get()) {
                    replay().replayDue(Set.of(name), 5);
                }
            });
            InboxPartition partition = partition(0);
            for (int round = 0; round < 150; round++) {
                List<IncomingMessage> batch = new ArrayList<>();
                for (int i = 0; i <= random.nextInt(6); i++) {
                    String key = keys.get(random.nextInt(keys.size()));
                    batch.add(message(key, next.merge(key, 1, Integer::sum) - 1));
                }
                for (int done = 0; done < batch.size(); ) {
                    done += partition.handle(batch.subList(done, batch.size()));
                }
            }
            over.set(true);
            replaying.get(60, TimeUnit.SECONDS);
            due.get(60, TimeUnit.SECONDS);
        } finally {
            over.set(true);
            others.shutdownNow();
        }
        while (!letters(DeadLetter.Status.FAILED, DeadLetter.Status.WAITING, DeadLetter.Status.RETRYING)
                .isEmpty()) {
            assertThat(replay().replay(DeadLetterRepository.Filter.OPEN.withProjection(name), 10_000)
                            .resolved())
                    .isPositive();
        }

        keys.forEach(key -> assertThat(deposits(key))
                .as("key %s with seed %d", key, seed)
                .isEqualTo(IntStream.range(0, next.getOrDefault(key, 0))
                        .mapToObj(number -> (long) number)
                        .toList()));
        assertThat(jdbc.queryForObject(
                        "SELECT count(*) FROM eventsource.parked_aggregates WHERE projection_name = ?",
                        Long.class,
                        name))
                .isZero();
    }
}
