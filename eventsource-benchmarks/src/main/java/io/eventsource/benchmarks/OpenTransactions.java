package io.eventsource.benchmarks;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Transactions that write to a table of their own and then stay open for a while, one after the other. There are two in
 * each database, half their duration apart, so that at any time one is open.
 */
final class OpenTransactions {

    private final ExecutorService threads;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final List<Future<Integer>> loops = new ArrayList<>();

    private OpenTransactions(int loops) {
        this.threads = Executors.newFixedThreadPool(loops);
    }

    /**
     * Begins them.
     *
     * @param each how long each is open
     * @param databases where
     */
    static OpenTransactions begin(Duration each, Database... databases) throws Exception {
        OpenTransactions transactions = new OpenTransactions(2 * databases.length);
        CountDownLatch open = new CountDownLatch(2 * databases.length);
        for (Database database : databases) {
            database.jdbc().execute("CREATE TABLE IF NOT EXISTS unrelated (i int)");
            for (Duration delay : Stream.of(Duration.ZERO, each.dividedBy(2)).toList()) {
                Callable<Integer> loop = () -> transactions.loop(database, each, delay, open);
                transactions.loops.add(transactions.threads.submit(loop));
            }
        }
        if (!open.await(1, TimeUnit.MINUTES)) {
            throw new IllegalStateException("The transactions could not be opened");
        }
        return transactions;
    }

    private int loop(Database database, Duration each, Duration delay, CountDownLatch open) throws Exception {
        int count = 0;
        boolean stopped = stop.await(delay.toNanos(), TimeUnit.NANOSECONDS);
        try (Connection connection = database.dataSource().getConnection();
                Statement insert = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (!stopped) {
                insert.execute("INSERT INTO unrelated VALUES (1)");
                open.countDown();
                stopped = stop.await(each.toNanos(), TimeUnit.NANOSECONDS);
                connection.commit();
                count++;
            }
        }
        return count;
    }

    /** Ends them. */
    void end() throws Exception {
        stop.countDown();
        try {
            for (Future<Integer> loop : loops) {
                if (loop.get() == 0) {
                    throw new IllegalStateException("A transaction was not open");
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
