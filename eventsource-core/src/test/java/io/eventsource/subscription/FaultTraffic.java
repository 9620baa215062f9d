package io.eventsource.subscription;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.EventStore;
import io.eventsource.store.EventStoreSettings.AppendTiming;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.RandomAppends;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Noted;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Random appends whose connections may be ended at any time. A prepared transaction is left open for the first quarter of
 * it and an appender hangs during the third; writes elsewhere stay open throughout, and the table is maintained meanwhile.
 */
final class FaultTraffic {

    private static final int WRITERS = 4;
    private static final int HEAVY = 90;

    private final TestDatabase database;
    private final TestDatabase neighbour;
    private final LogSignal signal;
    private final RandomAppends appends;
    private final long seed;
    private final int transactions;
    private final List<CountDownLatch> quarters;
    private final AtomicInteger committed = new AtomicInteger();

    /** Something that a thread does. */
    private interface Task {
        void run() throws Exception;
    }

    /**
     * Prepares traffic.
     *
     * @param pool what the writers get their connections from
     * @param transactions how many transactions each writer tries
     */
    FaultTraffic(
            TestDatabase database,
            TestDatabase neighbour,
            HikariDataSource pool,
            LogSignal signal,
            long seed,
            int transactions) {
        this.database = database;
        this.neighbour = neighbour;
        this.signal = signal;
        this.seed = seed;
        this.transactions = transactions;
        this.appends = new RandomAppends(pool, signal);
        this.quarters = IntStream.rangeClosed(1, 4)
                .mapToObj(i -> new CountDownLatch(WRITERS * transactions * i / 4))
                .toList();
    }

    boolean over() {
        return quarters.get(3).getCount() == 0;
    }

    List<RandomAppends.Cause> causes() {
        return appends.causes();
    }

    /** How many transactions committed and know it. */
    int committed() {
        return committed.get();
    }

    /** More than is kept in memory of the tail. */
    void appendHeavily() {
        appends.store()
                .append(StreamAppend.to(
                        "account", UUID.randomUUID(), Collections.nCopies(HEAVY, new Noted("x".repeat(200_000)))));
    }

    /** Runs all of it, and a disturber beside it. */
    void run(Runnable disturber) {
        ExecutorService executor = Executors.newCachedThreadPool();
        try (Connection otherTable = openWrite(database);
                Connection otherDatabase = openWrite(neighbour);
                Connection prepared = database.connect();
                Connection hung = database.connect();
                Connection maintenance = database.connect()) {
            String left = leaveOpen(prepared);
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                Random random = new Random(seed + i);
                all.add(submit(executor, () -> write(random)));
            }
            all.add(submit(executor, () -> finish(prepared, left)));
            all.add(submit(executor, () -> hang(hung)));
            all.add(submit(executor, () -> maintain(maintenance)));
            all.add(submit(executor, disturber::run));
            for (Future<?> each : all) {
                each.get(60, TimeUnit.SECONDS);
            }
            otherTable.rollback();
            otherDatabase.rollback();
        } catch (InterruptedException | ExecutionException | TimeoutException | SQLException failure) {
            throw new AssertionError("The traffic with seed " + seed + " failed", failure);
        } finally {
            executor.shutdownNow();
        }
    }

    private static Future<?> submit(ExecutorService executor, Task task) {
        return executor.submit(() -> {
            task.run();
            return null;
        });
    }

    private void awaitQuarter(int quarter) throws InterruptedException {
        if (!quarters.get(quarter - 1).await(40, TimeUnit.SECONDS)) {
            throw new IllegalStateException("The writers did not finish quarter " + quarter);
        }
    }

    private static Connection openWrite(TestDatabase database) throws SQLException {
        Connection connection = database.connect();
        TestDatabase.on(connection).execute("CREATE TABLE IF NOT EXISTS elsewhere (id bigint)");
        // with a snapshot of its own it would hold up the building of an index for ever
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        connection.setAutoCommit(false);
        TestDatabase.on(connection).execute("INSERT INTO elsewhere VALUES (1)");
        return connection;
    }

    private String leaveOpen(Connection connection) {
        String id = "left-" + UUID.randomUUID();
        JdbcTemplate jdbc = TestDatabase.on(connection);
        jdbc.execute("BEGIN");
        RandomAppends.store(new SingleConnectionDataSource(connection, true), AppendTiming.IMMEDIATE, signal)
                .append(StreamAppend.to("account", UUID.randomUUID(), new Deposited(1), new Deposited(2)));
        jdbc.execute("PREPARE TRANSACTION '" + id + "'");
        return id;
    }

    private void finish(Connection connection, String id) throws InterruptedException {
        awaitQuarter(1);
        TestDatabase.on(connection)
                .execute((new Random(seed - 3).nextBoolean() ? "COMMIT" : "ROLLBACK") + " PREPARED '" + id + "'");
    }

    private void hang(Connection connection) throws InterruptedException {
        awaitQuarter(2);
        SingleConnectionDataSource single = new SingleConnectionDataSource(connection, true);
        EventStore own = RandomAppends.store(single, AppendTiming.IMMEDIATE, signal);
        new TransactionTemplate(new JdbcTransactionManager(single)).executeWithoutResult(status -> {
            own.append(StreamAppend.to("account", UUID.randomUUID(), new Deposited(1), new Deposited(2)));
            try {
                awaitQuarter(3);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            if (new Random(seed - 1).nextBoolean()) {
                status.setRollbackOnly();
            }
        });
    }

    private void maintain(Connection connection) {
        JdbcTemplate jdbc = TestDatabase.on(connection);
        // the database's default may be serializable, under which an index may fail for the sake of others
        jdbc.execute("SET default_transaction_isolation = 'read committed'");
        while (!over()) {
            jdbc.execute("VACUUM eventsource.events");
            jdbc.execute("CREATE INDEX CONCURRENTLY IF NOT EXISTS in_between ON eventsource.events (created_at)");
            try {
                jdbc.execute("SET lock_timeout = '50ms'");
                jdbc.execute("DROP INDEX eventsource.in_between");
            } catch (DataAccessException locked) {
                // next time
            } finally {
                jdbc.execute("RESET lock_timeout");
            }
        }
        jdbc.execute("DROP INDEX IF EXISTS eventsource.in_between");
    }

    private void write(Random random) {
        for (int i = 0; i < transactions; i++) {
            try {
                appends.next(random);
                committed.incrementAndGet();
            } catch (RuntimeException struck) {
                // whether it was committed or not, the log knows
            }
            quarters.forEach(CountDownLatch::countDown);
        }
    }
}
