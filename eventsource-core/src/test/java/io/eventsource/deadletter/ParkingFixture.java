package io.eventsource.deadletter;

import io.eventsource.deadletter.DeadLetter.ParkingOrder;
import io.eventsource.deadletter.DeadLetterParking.ParkingChangedException;
import io.eventsource.deadletter.DeadLetterReplay.AutomaticRetry;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.error.ErrorInfo;
import io.eventsource.error.ErrorInfo.ErrorReaction;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventSelection;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.LogQuery;
import io.eventsource.log.LogReader;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * A projection of its own with handlers that write into a table and fail on demand, and the owner of its only segment, who does with a
 * batch what a subscription does: look up, handle or put behind, and the checkpoint as the last statement.
 */
final class ParkingFixture {

    private static final AtomicInteger COUNT = new AtomicInteger();

    final TestDatabase database;
    final JdbcTemplate jdbc;
    final String projection;
    final Handlers handlers;
    final DeadLetterParking parking;
    final DeadLetterRepository letters;

    private final LogReader reader;
    private final EventSelection selection;
    private long position;

    ParkingFixture(TestDatabase database) {
        this(database, ParkingOrder.BY_AGGREGATE, Delivery.EXACTLY_ONCE);
    }

    ParkingFixture(TestDatabase database, ParkingOrder order, Delivery delivery) {
        this.database = database;
        this.jdbc = database.jdbc();
        this.projection = "projection " + COUNT.incrementAndGet();
        jdbc.execute(
                """
                CREATE TABLE IF NOT EXISTS effects (
                    id bigint GENERATED ALWAYS AS IDENTITY, projection text, account uuid, version bigint, amount bigint)""");
        this.handlers = new Handlers(jdbc, projection, delivery);
        this.parking = new DeadLetterParking(projection, 0, 1023, order, database.dataSource(), TestDatabase.SCHEMA);
        this.letters = DeadLetterRepository.postgres(database.dataSource(), TestDatabase.SCHEMA);
        this.reader = new LogReader(database.dataSource(), TestDatabase.SCHEMA);
        this.selection = TestEvents.codec().select(handlers.eventTypes());
        this.position = end();
        jdbc.update(
                "INSERT INTO eventsource.projection_checkpoints (projection_name, segment, position) VALUES (?, 0, ?)",
                projection,
                position);
        parking.restart();
    }

    /** Writes what it handles, and fails where it is told to. */
    static final class Handlers implements EventHandlers {

        private final JdbcTemplate jdbc;
        private final String name;
        private final Delivery delivery;
        volatile Consumer<EventEnvelope<Object>> before = event -> {};

        Handlers(JdbcTemplate jdbc, String name, Delivery delivery) {
            this.jdbc = jdbc;
            this.name = name;
            this.delivery = delivery;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Delivery delivery() {
            return delivery;
        }

        @Override
        public Set<String> eventTypes() {
            return Set.of("deposited");
        }

        @Override
        public void handle(EventEnvelope<Object> event) {
            before.accept(event);
            jdbc.update(
                    "INSERT INTO effects (projection, account, version, amount) VALUES (?, ?, ?, ?)",
                    name,
                    event.aggregateId(),
                    event.version(),
                    ((Deposited) event.payload()).amount());
        }
    }

    long end() {
        Long end = jdbc.queryForObject("SELECT coalesce(max(position), 0) FROM eventsource.events", Long.class);
        return end == null ? 0 : end;
    }

    void append(UUID account, int count) {
        for (int i = 0; i < count; i++) {
            database.store()
                    .append(StreamAppend.to("account", account, new Deposited(1))
                            .expecting(ExpectedVersion.any()));
        }
    }

    /** What comes next for the projection. */
    List<StoredEvent> next(int limit) {
        return reader.read(new LogQuery(position, limit, handlers.eventTypes(), Set.of(), null, null, null), end())
                .events();
    }

    /** Handles a batch as a subscription does. */
    void handle(List<StoredEvent> batch) {
        handle(batch, () -> {});
    }

    void handle(List<StoredEvent> batch, Runnable beforeParking) {
        database.transaction().executeWithoutResult(status -> {
            Set<UUID> parked =
                    parking.among(batch.stream().map(StoredEvent::aggregateId).toList());
            List<StoredEvent> behind = new ArrayList<>();
            for (StoredEvent event : batch) {
                if (parked.contains(event.aggregateId())) {
                    behind.add(event);
                } else {
                    handlers.handleAll(selection.decode(event));
                }
            }
            beforeParking.run();
            parking.parkBehind(behind);
            advance(batch.get(batch.size() - 1).position());
        });
        position = batch.get(batch.size() - 1).position();
    }

    /** Parks an event that has failed for good, as a subscription does. */
    void park(StoredEvent event, Throwable error) {
        database.transaction().executeWithoutResult(status -> {
            parking.park(event, info(event, error), null);
            advance(event.position());
        });
        position = event.position();
    }

    ErrorInfo info(StoredEvent event, Throwable error) {
        return new ErrorInfo(
                projection,
                ErrorInfo.Event.of(event),
                error,
                new ErrorClassification(ErrorClassification.Category.APPLICATION, ErrorClassification.Severity.HIGH),
                5,
                new ErrorReaction.Park(),
                Instant.EPOCH,
                Instant.EPOCH.plusSeconds(31));
    }

    private void advance(long to) {
        int moved = jdbc.update(
                """
                UPDATE eventsource.projection_checkpoints SET position = ?
                 WHERE projection_name = ? AND segment = 0 AND epoch = 0 AND position = ?""",
                to,
                projection,
                position);
        if (moved != 1) {
            throw new IllegalStateException("The checkpoint has moved");
        }
    }

    /** Handles or parks everything there is; what fails is parked at once. */
    void drain() {
        for (List<StoredEvent> batch = next(1); !batch.isEmpty(); batch = next(1)) {
            try {
                handle(batch);
            } catch (ParkingChangedException changed) {
                // repeated
            } catch (IllegalStateException failure) {
                park(batch.get(0), failure);
            }
        }
    }

    DeadLetterReplay replay() {
        return replay(new DeadLetterReplay.Settings(100_000, AutomaticRetry.OFF));
    }

    DeadLetterReplay replay(DeadLetterReplay.Settings settings) {
        return replay(settings, database.dataSource());
    }

    /** Replays on another way to the database. */
    DeadLetterReplay replay(DataSource dataSource) {
        return replay(new DeadLetterReplay.Settings(100_000, AutomaticRetry.OFF), dataSource);
    }

    private DeadLetterReplay replay(DeadLetterReplay.Settings settings, DataSource dataSource) {
        return new DeadLetterReplay(
                List.of(new DeadLetterReplay.Target(
                        handlers,
                        handlers.delivery() == Delivery.EXACTLY_ONCE ? new JdbcTransactionManager(dataSource) : null)),
                TestDatabase.events(dataSource),
                ErrorClassifier.standard(),
                settings);
    }

    DeadLetterRepository.Filter all() {
        return DeadLetterRepository.Filter.ALL.withProjection(projection);
    }

    List<DeadLetter> letters(DeadLetter.Status... statuses) {
        return letters.list(all().withStatuses(statuses), 0, 1_000);
    }

    /** The versions in the order in which they took effect. */
    List<Long> effects(UUID account) {
        return jdbc.queryForList(
                "SELECT version FROM effects WHERE projection = ? AND account = ? ORDER BY id",
                Long.class,
                projection,
                account);
    }

    boolean isParked(UUID account) {
        return Boolean.TRUE.equals(jdbc.queryForObject(
                "SELECT EXISTS (SELECT FROM eventsource.parked_aggregates WHERE projection_name = ? AND aggregate_id = ?)",
                Boolean.class,
                projection,
                account));
    }

    @Nullable Long checkpoint() {
        return jdbc.queryForObject(
                "SELECT position FROM eventsource.projection_checkpoints WHERE projection_name = ?",
                Long.class,
                projection);
    }

    /** Fails at an account's version. */
    void failAt(UUID account, long version) {
        handlers.before = event -> {
            if (event.aggregateId().equals(account) && event.version() == version) {
                throw new IllegalStateException("cannot handle version " + version);
            }
        };
    }

    void mend() {
        handlers.before = event -> {};
    }
}
