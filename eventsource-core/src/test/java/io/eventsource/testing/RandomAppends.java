package io.eventsource.testing;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.event.EventEnvelope;
import io.eventsource.log.HighWaterMark;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import io.eventsource.store.EventStoreSettings;
import io.eventsource.store.EventStoreSettings.AppendTiming;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.StreamQuery;
import io.eventsource.store.VersionConflictException;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Withdrawn;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Random transactions that append: to several of twenty streams, late, at the commit or at once, with savepoints and rollbacks, some
 * taking their time before they commit; and appends that follow from what somebody has read. Thread-safe.
 */
public final class RandomAppends {

    private final HikariDataSource pool;
    private final EventStore late;
    private final EventStore atCommit;
    private final EventStore immediate;
    private final List<UUID> streams =
            IntStream.range(0, 20).mapToObj(i -> UUID.randomUUID()).toList();
    private final ConcurrentLinkedQueue<Cause> causes = new ConcurrentLinkedQueue<>();

    /** Somebody saw one event and appended the other. */
    public record Cause(long seen, long appended) {}

    /**
     * Prepares appends.
     *
     * @param pool what they get their connections from
     * @param signal raised by each commit
     */
    public RandomAppends(HikariDataSource pool, LogSignal signal) {
        this.pool = pool;
        this.late = store(pool, AppendTiming.DEFERRED, signal);
        this.atCommit = store(pool, AppendTiming.AT_COMMIT, signal);
        this.immediate = store(pool, AppendTiming.IMMEDIATE, signal);
    }

    /** A store that appends in this way. */
    public static EventStore store(DataSource dataSource, AppendTiming timing, LogSignal signal) {
        return TestDatabase.store(
                dataSource,
                TestEvents.codec(),
                HighWaterMark.of(dataSource, TestDatabase.SCHEMA, Clock.systemUTC()),
                signal,
                new EventStoreSettings(timing, Duration.ofSeconds(10), true));
    }

    /** The store that appends late. */
    public EventStore store() {
        return late;
    }

    public List<Cause> causes() {
        return List.copyOf(causes);
    }

    /**
     * Runs one transaction. It is rolled back where it wants to be, and where a stream has moved on that it has seen.
     *
     * @throws RuntimeException when it failed otherwise; whether it was committed or not, the log knows
     */
    public void next(Random random) {
        if (random.nextInt(4) == 0) {
            appendWhatFollowsFrom(streams.get(random.nextInt(streams.size())));
            return;
        }
        try {
            appendToSeveral(random);
        } catch (VersionConflictException conflict) {
            // nothing of it was committed
        }
    }

    private void appendWhatFollowsFrom(UUID stream) {
        List<EventEnvelope<Object>> seen = late.readStream(StreamQuery.of(stream));
        AppendResult result = late.append(StreamAppend.to("account", UUID.randomUUID(), new Deposited(1)));
        seen.stream()
                .filter(event -> event.payload() instanceof Deposited)
                .mapToLong(EventEnvelope::position)
                .max()
                .ifPresent(position -> causes.add(new Cause(position, result.lastPosition())));
    }

    private void appendToSeveral(Random random) {
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(pool));
        TransactionTemplate savepoint = new TransactionTemplate(new JdbcTransactionManager(pool));
        savepoint.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
        EventStore store = List.of(late, atCommit, immediate).get(random.nextInt(3));
        transaction.executeWithoutResult(status -> {
            // in the order of the database, as one statement for several streams takes them, so that transactions
            // cannot deadlock
            TreeSet<UUID> chosen = new TreeSet<>(Comparator.comparing(UUID::toString));
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                chosen.add(streams.get(random.nextInt(streams.size())));
            }
            for (UUID stream : chosen) {
                if (random.nextInt(5) == 0) {
                    savepoint.executeWithoutResult(inner -> {
                        store.append(StreamAppend.to("account", stream, new Deposited(7)));
                        inner.setRollbackOnly();
                    });
                }
                StreamAppend append = StreamAppend.to(
                        "account",
                        stream,
                        Collections.nCopies(
                                1 + random.nextInt(4), random.nextInt(4) == 0 ? new Withdrawn(1) : new Deposited(1)));
                store.append(
                        random.nextInt(3) == 0
                                ? append.expecting(ExpectedVersion.exact(store.currentVersion(stream)))
                                : append);
            }
            if (random.nextBoolean()) {
                new JdbcTemplate(pool).execute("SELECT pg_sleep(" + random.nextInt(20) / 1000.0 + ")");
            }
            if (random.nextInt(10) == 0) {
                status.setRollbackOnly();
            }
        });
    }
}
