package io.eventsource.log;

import io.eventsource.event.StoredEvent;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Random transactions on a log, and readers that follow it meanwhile. Transactions append to several streams, roll back
 * now and then, roll back to savepoints, and take their time before they commit; one writer is always slow and one hangs
 * for half of the round; writes to another table and to another database stay open throughout.
 */
final class LogTraffic {

    private static final int WRITERS = 8;
    private static final int TRANSACTIONS = 30;
    private static final Duration REACH_END_WITHIN = Duration.ofSeconds(10);

    private final TestDatabase database;
    private final TestDatabase neighbour;
    private final EventStore store;
    private final long seed;
    private final List<UUID> streams;
    private final AtomicInteger finished = new AtomicInteger();
    private final CountDownLatch halfFinished = new CountDownLatch(WRITERS * TRANSACTIONS / 2);
    private final CountDownLatch hanging = new CountDownLatch(1);
    private final CountDownLatch writersEnded = new CountDownLatch(1);

    LogTraffic(TestDatabase database, TestDatabase neighbour, long seed) {
        this.database = database;
        this.neighbour = neighbour;
        this.store = database.store();
        this.seed = seed;
        this.streams = IntStream.range(0, 40).mapToObj(i -> UUID.randomUUID()).toList();
    }

    /** A way to read the log, correct or not. */
    interface PageReader {
        LogPage read(LogQuery query);
    }

    /** A reader, where it begins, and how long its pages are at most. */
    record Follower(String name, PageReader reader, long from, int longestPage) {}

    /** Waits until two more transactions are over: time for a window to matter. */
    void letOthersCommit() {
        letOthersCommit(2);
    }

    private void letOthersCommit(int count) {
        int until = finished.get() + count;
        long deadline = System.nanoTime() + Duration.ofMillis(100).toNanos();
        while (finished.get() < Math.min(until, WRITERS * TRANSACTIONS) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(100_000);
        }
    }

    /** Runs the round; returns what the followers saw wrong. */
    List<String> violationsSeenBy(List<Follower> followers) {
        ExecutorService executor = Executors.newCachedThreadPool();
        try (Connection otherTable = openWrite(database);
                Connection otherDatabase = openWrite(neighbour)) {
            Future<?> hung = executor.submit(this::hang);
            if (!hanging.await(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The hanging appender did not append");
            }
            List<Future<List<StoredEvent>>> readers = new ArrayList<>();
            for (int i = 0; i < followers.size(); i++) {
                Follower follower = followers.get(i);
                Random random = new Random(seed + 1000 + i);
                readers.add(executor.submit(() -> follow(follower, random)));
            }
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                Random random = new Random(seed + i);
                writers.add(executor.submit(() -> write(random)));
            }
            writers.add(executor.submit(() -> writeSlowly(new Random(seed - 2))));
            for (Future<?> writer : writers) {
                writer.get(60, TimeUnit.SECONDS);
            }
            hung.get(60, TimeUnit.SECONDS);
            writersEnded.countDown();
            List<String> violations = new ArrayList<>();
            for (int i = 0; i < followers.size(); i++) {
                check(followers.get(i), readers.get(i).get(60, TimeUnit.SECONDS), violations);
            }
            otherTable.rollback();
            otherDatabase.rollback();
            return violations;
        } catch (InterruptedException | ExecutionException | TimeoutException | SQLException failure) {
            throw new AssertionError("The round with seed " + seed + " failed", failure);
        } finally {
            executor.shutdownNow();
        }
    }

    private static Connection openWrite(TestDatabase database) throws SQLException {
        Connection connection = database.connect();
        TestDatabase.on(connection).execute("CREATE TABLE IF NOT EXISTS elsewhere (id bigint)");
        connection.setAutoCommit(false);
        TestDatabase.on(connection).execute("INSERT INTO elsewhere VALUES (1)");
        return connection;
    }

    private static StreamAppend append(UUID stream, int count) {
        return StreamAppend.to("account", stream, Collections.nCopies(count, new Deposited(count)));
    }

    private void hang() {
        Random random = new Random(seed - 1);
        database.transaction().executeWithoutResult(status -> {
            store.append(append(UUID.randomUUID(), 1 + random.nextInt(3)));
            hanging.countDown();
            try {
                if (!halfFinished.await(30, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("The writers did not get half way");
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            if (random.nextBoolean()) {
                status.setRollbackOnly();
            }
        });
    }

    /** Appends and takes much longer than others to commit, again and again. */
    private void writeSlowly(Random random) {
        while (finished.get() < WRITERS * TRANSACTIONS) {
            letOthersCommit(random.nextInt(10));
            database.transaction().executeWithoutResult(status -> {
                store.append(append(UUID.randomUUID(), 1));
                letOthersCommit(20 + random.nextInt(30));
                if (random.nextInt(10) == 0) {
                    status.setRollbackOnly();
                }
            });
        }
    }

    private void write(Random random) {
        TransactionTemplate transaction = database.transaction();
        TransactionTemplate savepoint = database.transaction();
        savepoint.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
        for (int i = 0; i < TRANSACTIONS; i++) {
            transaction.executeWithoutResult(status -> {
                // in one order, so that transactions cannot deadlock
                TreeSet<UUID> chosen = new TreeSet<>();
                for (int n = 1 + random.nextInt(3); n > 0; n--) {
                    chosen.add(streams.get(random.nextInt(streams.size())));
                }
                for (UUID stream : chosen) {
                    if (random.nextInt(5) == 0) {
                        savepoint.executeWithoutResult(inner -> {
                            store.append(append(stream, 1 + random.nextInt(2)));
                            inner.setRollbackOnly();
                        });
                    }
                    if (random.nextInt(6) > 0) {
                        store.append(append(stream, 1 + random.nextInt(4)));
                    }
                }
                if (random.nextInt(3) == 0) {
                    database.jdbc().execute("SELECT pg_sleep(" + random.nextInt(5) / 1000.0 + ")");
                }
                if (random.nextInt(10) == 0) {
                    status.setRollbackOnly();
                }
            });
            finished.incrementAndGet();
            halfFinished.countDown();
        }
    }

    private List<StoredEvent> follow(Follower follower, Random random) {
        List<StoredEvent> seen = new ArrayList<>();
        long position = follower.from();
        long deadline = Long.MAX_VALUE;
        while (true) {
            if (deadline == Long.MAX_VALUE && writersEnded.getCount() == 0) {
                deadline = System.nanoTime() + REACH_END_WITHIN.toNanos();
            }
            LogPage page =
                    follower.reader().read(LogQuery.after(position).limit(1 + random.nextInt(follower.longestPage())));
            seen.addAll(page.events());
            position = page.nextPosition();
            if (page.events().isEmpty()) {
                boolean ended = deadline != Long.MAX_VALUE;
                if (ended && (position >= lastCommitted() || System.nanoTime() > deadline)) {
                    return seen;
                }
                LockSupport.parkNanos(200_000);
            }
        }
    }

    private long lastCommitted() {
        return database.jdbc()
                .queryForList("SELECT coalesce(max(position), 0) FROM eventsource.events", Long.class)
                .get(0);
    }

    private void check(Follower follower, List<StoredEvent> seen, List<String> violations) {
        List<Long> committed = database.jdbc()
                .queryForList(
                        "SELECT position FROM eventsource.events WHERE position > ? ORDER BY position",
                        Long.class,
                        follower.from());
        List<Long> positions = seen.stream().map(StoredEvent::position).toList();
        if (!positions.equals(committed)) {
            List<Long> skipped = new ArrayList<>(committed);
            skipped.removeAll(new TreeSet<>(positions));
            List<Long> phantoms = new ArrayList<>(positions);
            phantoms.removeAll(new TreeSet<>(committed));
            violations.add("seed %d: '%s' saw %d events of %d committed; never saw %s, saw %s that are not committed"
                    .formatted(seed, follower.name(), seen.size(), committed.size(), skipped, phantoms));
        }
        Map<UUID, Long> versions = new HashMap<>();
        long last = 0;
        for (StoredEvent event : seen) {
            if (event.position() <= last) {
                violations.add(
                        "seed %d: '%s' saw %d behind %d".formatted(seed, follower.name(), event.position(), last));
            }
            last = event.position();
            long before = versions.getOrDefault(event.aggregateId(), event.version() - 1);
            if (event.version() != before + 1) {
                violations.add("seed %d: '%s' saw %s behind version %d"
                        .formatted(seed, follower.name(), event.location(), before));
            }
            versions.put(event.aggregateId(), event.version());
        }
    }
}
