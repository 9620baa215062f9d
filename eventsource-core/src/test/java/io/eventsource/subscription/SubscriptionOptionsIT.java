package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.EventSourceException;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.log.HighWaterMark;
import io.eventsource.log.LogReader;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.SubscriptionSettings.CheckpointStrategy;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Noted;
import io.eventsource.time.Clocks;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.util.backoff.ExponentialBackOff;

/** What each setting of a subscription does. */
@OnEachPostgres
class SubscriptionOptionsIT extends SubscriptionFixture {

    SubscriptionOptionsIT(TestDatabase database) {
        super(database);
    }

    /** Settings of which a test changes some. */
    private static final class Options {
        private int batchSize = 10;
        private int maxInFlight = 1_000;
        private double backpressureThreshold = 0.8;
        private Duration linger = Duration.ZERO;
        private Duration processingTimeout = Duration.ofSeconds(30);
        private CheckpointStrategy checkpointStrategy = CheckpointStrategy.EVERY_BATCH;
        private Duration checkpointInterval = LONG;
        private StartPosition startFrom = new StartPosition.Beginning();
        private SubscriptionSettings.Filter filter = SubscriptionSettings.Filter.NONE;

        Tuning tuning() {
            return new Tuning(
                    SubscriptionSettings.builder()
                            .batch(new SubscriptionSettings.Batch(
                                    batchSize, maxInFlight, backpressureThreshold, linger, processingTimeout))
                            .checkpoint(new SubscriptionSettings.Checkpoint(checkpointStrategy, checkpointInterval))
                            .startFrom(startFrom)
                            .filter(filter)
                            .retry(new SubscriptionSettings.Retry(5, Duration.ofMillis(5), 2, Duration.ofMillis(50)))
                            .build(),
                    LONG);
        }
    }

    /** Records what it is called with, and writes nowhere. */
    private record Elsewhere(String name, List<Long> handled) implements EventHandlers {

        @Override
        public Set<String> eventTypes() {
            return Set.of("deposited");
        }

        @Override
        public void handle(EventEnvelope<Object> event) {
            handled.add(event.position());
        }

        @Override
        public Delivery delivery() {
            return Delivery.AT_LEAST_ONCE;
        }
    }

    private SubscriptionManager elsewhere(Options options, EventHandlers handlers) {
        return manager(List.of(handlers), options.tuning(), signal, TestEvents.codec(), database.dataSource(), null);
    }

    private RecordingHandlers fresh() {
        return new RecordingHandlers("new-" + name, jdbc, "deposited");
    }

    private List<Long> handledFrom(StartPosition startFrom, List<Long> added) {
        Options options = new Options();
        options.startFrom = startFrom;
        RecordingHandlers handlers = fresh();
        SubscriptionManager manager = manager(options.tuning(), handlers);
        manager.start();
        eventually().until(() -> statusOf(manager, handlers.name()).state() == SubscriptionStatus.State.LIVE);
        added.addAll(deposit(1));
        awaitLive(manager, handlers.name(), added.get(0));
        return handlers.effects();
    }

    @Test
    void from_the_end_only_what_is_appended_later_is_handled() {
        deposit(3);
        List<Long> added = new ArrayList<>();

        assertThat(handledFrom(new StartPosition.End(), added)).isEqualTo(added);
    }

    @Test
    void from_a_position_what_lies_behind_it_is_handled() {
        List<Long> positions = deposit(3);
        List<Long> added = new ArrayList<>();

        List<Long> handled = handledFrom(new StartPosition.After(positions.get(1)), added);

        assertThat(handled).containsExactly(positions.get(2), added.get(0));
    }

    @Test
    void from_a_time_what_was_inserted_since_is_handled() {
        deposit(3);
        OffsetDateTime time = jdbc.queryForList("SELECT clock_timestamp()", OffsetDateTime.class)
                .get(0);
        List<Long> later = deposit(2);
        List<Long> added = new ArrayList<>();

        List<Long> handled = handledFrom(new StartPosition.At(time.toInstant()), added);

        assertThat(handled).containsExactly(later.get(0), later.get(1), added.get(0));
    }

    @Test
    void a_checkpoint_goes_before_where_to_start() {
        deposit(2);
        Options options = new Options();
        options.startFrom = new StartPosition.End();
        RecordingHandlers handlers = handlers();
        SubscriptionManager manager = manager(options.tuning(), handlers);
        manager.start();

        eventually().until(() -> handlers.effects().equals(allDeposits()));
    }

    private long depositFor(String aggregateType, @Nullable String tenant) {
        EventMetadata metadata = EventMetadata.none().withTenantId(tenant);
        return store.append(StreamAppend.to(aggregateType, UUID.randomUUID(), new Deposited(1))
                        .withMetadata(metadata))
                .lastPosition();
    }

    @Test
    void filters_hold_while_catching_up_and_at_the_tail() {
        Options options = new Options();
        options.filter = new SubscriptionSettings.Filter(Set.of("deposited"), Set.of("savings"), "acme");
        RecordingHandlers handlers = handlers();
        List<Long> wanted = new ArrayList<>();
        SubscriptionManager manager = manager(options.tuning(), handlers);
        for (int i = 0; i < 2; i++) {
            depositFor("account", "acme");
            depositFor("savings", "other");
            depositFor("savings", null);
            wanted.add(depositFor("savings", "acme"));
            long last = depositFor("account", null);
            manager.start();
            awaitLive(manager, name, last);
        }

        assertThat(handlers.attempts()).isEqualTo(wanted);
    }

    @Test
    void a_filter_for_an_event_without_a_handler_is_refused() {
        Options options = new Options();
        options.filter = new SubscriptionSettings.Filter(Set.of("withdrawn"), Set.of(), null);

        assertThatThrownBy(() -> manager(options.tuning(), handlers()))
                .isInstanceOf(EventSourceException.class)
                .hasMessageContaining("[withdrawn]")
                .hasMessageContaining("[deposited]");
    }

    @Test
    void a_statement_that_takes_too_long_is_cancelled_and_the_batch_is_repeated() {
        List<Long> positions = deposit(1);
        AtomicBoolean slow = new AtomicBoolean(true);
        Options options = new Options();
        options.processingTimeout = Duration.ofMillis(200);
        RecordingHandlers handlers = handlers().then(event -> {
            if (slow.get()) {
                jdbc.execute("SELECT pg_sleep(600)");
            }
        });
        SubscriptionManager manager = manager(options.tuning(), handlers);
        manager.start();

        eventually().until(() -> statusOf(manager, name).firstFailure() instanceof ProcessingTimeoutException);
        assertThat(handlers.effects()).isEmpty();
        slow.set(false);

        awaitLive(manager, name, positions.get(0));
        assertThat(handlers.effects()).isEqualTo(positions);
        assertThat(jdbc.queryForObject(
                        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' AND state = 'active' AND pid <> pg_backend_pid()",
                        Long.class))
                .isZero();
    }

    @Test
    void a_handler_that_waits_too_long_is_interrupted_even_if_it_hides_that() {
        List<Long> positions = deposit(1);
        AtomicBoolean slow = new AtomicBoolean(true);
        Options options = new Options();
        options.processingTimeout = Duration.ofMillis(200);
        RecordingHandlers handlers = handlers().then(event -> {
            if (slow.get()) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException hidden) {
                    slow.set(false);
                }
            }
        });
        SubscriptionManager manager = manager(options.tuning(), handlers);
        manager.start();

        awaitLive(manager, name, positions.get(0));

        assertThat(statusOf(manager, name).failedAttempts()).isOne();
        assertThat(handlers.attempts()).hasSize(2);
        assertThat(handlers.effects()).isEqualTo(positions);
    }

    private long transactionsOfEffects() {
        return jdbc.queryForList(
                        "SELECT count(DISTINCT xmin::text) FROM effects WHERE projection = ?", Long.class, name)
                .get(0);
    }

    @Test
    void with_every_event_and_exactly_once_each_event_has_a_transaction_of_its_own() {
        List<Long> positions = deposit(5);
        Options options = new Options();
        options.checkpointStrategy = CheckpointStrategy.EVERY_EVENT;
        RecordingHandlers handlers = handlers();
        SubscriptionManager manager = manager(options.tuning(), handlers);
        manager.start();

        awaitLive(manager, name, positions.get(4));

        assertThat(transactionsOfEffects()).isEqualTo(5);
    }

    @Test
    void events_that_come_one_by_one_share_transactions_when_they_may_linger() {
        Options options = new Options();
        options.linger = Duration.ofMillis(500);
        RecordingHandlers handlers = handlers();
        SubscriptionManager manager = manager(options.tuning(), handlers);
        manager.start();
        eventually().until(() -> statusOf(manager, name).state() == SubscriptionStatus.State.LIVE);

        List<Long> last = List.of();
        for (int i = 0; i < 20; i++) {
            last = deposit(1);
        }

        awaitLive(manager, name, last.get(0));
        assertThat(transactionsOfEffects()).isLessThan(10);
    }

    /** How many pages are read ahead while the first page of a backlog is being handled. */
    private int pagesReadAhead(Options options) {
        HighWaterMark mark = HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC());
        LogReader reader = new LogReader(database.dataSource(), TestDatabase.SCHEMA);
        SubscriptionSettings.Filter filter = new SubscriptionSettings.Filter(Set.of("deposited"), Set.of(), null);
        TailReader tail = new TailReader(
                mark,
                reader,
                filter,
                signal,
                InstanceSettings.defaults().withPollInterval(LONG),
                new ExponentialBackOff(),
                Clocks.system());
        AtomicInteger pages = new AtomicInteger();
        Executor counting = task -> {
            pages.incrementAndGet();
            task.run();
        };
        BatchSource source = new BatchSource(
                TestEvents.codec(),
                TestEvents.codec().select(Set.of("deposited")),
                reader,
                tail,
                filter,
                options.tuning().settings(),
                counting);

        BatchSource.Batch first = source.next(base, 10, place(mark));
        int ahead = pages.get();
        BatchSource.Batch second = source.next(first.nextPosition(), 10, place(mark));

        assertThat(Stream.of(first, second).flatMap(batch -> batch.events().stream()))
                .extracting(TailEvent::position)
                .containsExactlyElementsOf(allDeposits().subList(0, 20));
        return ahead;
    }

    private static TailReader.Place place(HighWaterMark mark) {
        return new TailReader.Place(mark.advance(), 0, true, mark.status().incarnation());
    }

    @Test
    void while_a_page_is_handled_one_more_is_read_as_far_as_may_be_in_flight() {
        deposit(100);
        Options full = new Options();
        full.maxInFlight = 10;
        Options pressed = new Options();
        pressed.backpressureThreshold = 0.01;

        assertThat(pagesReadAhead(new Options())).isOne();
        assertThat(pagesReadAhead(full)).isZero();
        assertThat(pagesReadAhead(pressed)).isZero();
    }

    @Test
    void effects_elsewhere_with_every_event_leave_a_checkpoint_after_each() {
        List<Long> positions = deposit(3);
        List<Long> checkpoints = new CopyOnWriteArrayList<>();
        Options options = new Options();
        options.checkpointStrategy = CheckpointStrategy.EVERY_EVENT;
        EventHandlers watching = new EventHandlers() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Set<String> eventTypes() {
                return Set.of("deposited");
            }

            @Override
            public Delivery delivery() {
                return Delivery.AT_LEAST_ONCE;
            }

            @Override
            public void handle(EventEnvelope<Object> event) {
                checkpoints.add(checkpoint());
            }
        };
        SubscriptionManager manager = elsewhere(options, watching);
        manager.start();

        awaitLive(manager, name, positions.get(2));
        assertThat(checkpoints).containsExactly(base, positions.get(0), positions.get(1));
        assertThat(checkpoint()).isEqualTo(positions.get(2));
    }

    @Test
    void effects_elsewhere_with_periodic_checkpoints_are_written_down_at_a_pause_and_a_stop() {
        List<Long> positions = new ArrayList<>(deposit(3));
        Options options = new Options();
        options.checkpointStrategy = CheckpointStrategy.PERIODIC;
        List<Long> handled = new CopyOnWriteArrayList<>();
        SubscriptionManager manager = elsewhere(options, new Elsewhere(name, handled));
        manager.start();
        awaitLive(manager, name, positions.get(2));
        assertThat(checkpoint()).isEqualTo(base);

        manager.pause(name);

        eventually().until(() -> checkpoint() == positions.get(2));
        manager.resume(name);
        positions.addAll(deposit(1));
        awaitLive(manager, name, positions.get(3));
        assertThat(checkpoint()).isEqualTo(positions.get(2));

        assertThat(manager.stop(STOP_WITHIN)).isTrue();

        assertThat(checkpoint()).isEqualTo(positions.get(3));
        assertThat(handled).isEqualTo(positions);
    }

    @Test
    void events_that_are_not_for_it_do_not_leave_its_checkpoint_behind() {
        Options options = new Options();
        options.checkpointInterval = Duration.ofMillis(50);
        for (boolean exactlyOnce : List.of(true, false)) {
            SubscriptionManager manager = exactlyOnce
                    ? manager(options.tuning(), handlers())
                    : elsewhere(options, new Elsewhere(name, new CopyOnWriteArrayList<>()));
            manager.start();

            long last = store.append(StreamAppend.to("note", UUID.randomUUID(), new Noted("for somebody else")))
                    .lastPosition();

            eventually().until(() -> checkpoint() == last);
            assertThat(manager.stop(STOP_WITHIN)).isTrue();
        }
    }

    @Test
    void periodic_checkpoints_and_exactly_once_exclude_each_other() {
        Options options = new Options();
        options.checkpointStrategy = CheckpointStrategy.PERIODIC;

        assertThatThrownBy(() -> manager(options.tuning(), handlers()))
                .isInstanceOf(EventSourceException.class)
                .hasMessageContaining(name)
                .hasMessageContaining("Remove checkpoint.strategy");
    }
}
