package io.eventsource.testing;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Looks at the database all the time, as a user would who does not know what strikes it, and notes what must not be. Outlives
 * restarts of the server.
 */
public final class Onlooker implements AutoCloseable {

    private static final Duration RECONNECT_AFTER = Duration.ofMillis(10);

    private final Supplier<Connection> connections;
    private final EffectLog effects;
    private final Duration pause;
    private final List<Watched> watched;
    private final Map<String, SegmentHistory> histories = new HashMap<>();
    private final Map<String, Long> seenUpTo = new HashMap<>();
    private final List<String> violations = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "onlooker");
    private int looks;
    private int cuts;

    /** A projection, and what it promises. */
    public record Watched(String projection, boolean exactlyOnce) {}

    /**
     * Begins to look.
     *
     * @param pause from one look to the next, zero for none
     */
    public Onlooker(Supplier<Connection> connections, EffectLog effects, Duration pause, List<Watched> watched) {
        this.connections = connections;
        this.effects = effects;
        this.pause = pause;
        this.watched = List.copyOf(watched);
        watched.forEach(each -> {
            histories.put(each.projection(), new SegmentHistory());
            seenUpTo.put(each.projection(), effects.base());
        });
        thread.start();
    }

    private void run() {
        while (ended.getCount() > 0) {
            try (Connection connection = connections.get()) {
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
                JdbcTemplate jdbc = TestDatabase.on(connection);
                while (!pauseOrEnd(pause)) {
                    watched.forEach(each -> look(jdbc, each));
                }
            } catch (SQLException | RuntimeException failure) {
                noteFailure(failure);
                pauseOrEnd(RECONNECT_AFTER);
            }
        }
    }

    private boolean pauseOrEnd(Duration duration) {
        try {
            return ended.await(duration.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private synchronized void noteFailure(Exception failure) {
        if (cut(failure)) {
            cuts++;
        } else {
            violations.add("The onlooker failed: " + failure);
            ended.countDown();
        }
    }

    private static boolean cut(@Nullable Throwable failure) {
        if (failure == null) {
            return false;
        }
        if (failure instanceof SQLException sql && sql.getSQLState() != null) {
            return sql.getSQLState().startsWith("08") || sql.getSQLState().startsWith("57");
        }
        return cut(failure.getCause());
    }

    private synchronized void look(JdbcTemplate jdbc, Watched each) {
        String projection = each.projection();
        EffectLog.Look seen = effects.look(jdbc, projection, seenUpTo.getOrDefault(projection, effects.base()));
        List<String> found = new ArrayList<>(seen.violations(projection, each.exactlyOnce()));
        if (found.isEmpty()) {
            seenUpTo.merge(projection, seen.checkpoint(), Math::max);
        }
        found.addAll(of(projection, history -> history.add(System.nanoTime(), effects.segments(jdbc, projection))));
        violations.addAll(found);
        looks++;
    }

    /** What must not be and was seen. */
    public synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    public synchronized int looks() {
        return looks;
    }

    /** How often the connection was lost. */
    public synchronized int cuts() {
        return cuts;
    }

    /** Asks the history of a projection's segments. */
    public synchronized <T> T of(String projection, Function<SegmentHistory, T> question) {
        SegmentHistory history = histories.get(projection);
        if (history == null) {
            throw new IllegalArgumentException("'%s' is not looked at".formatted(projection));
        }
        return question.apply(history);
    }

    /**
     * Does something that sets a projection back, and begins again with it. It must be over when it returns: in between,
     * nobody looks.
     */
    public synchronized void whileSetBack(String projection, Runnable reset) {
        reset.run();
        of(projection, history -> {
            history.forgetPositions();
            return history;
        });
        seenUpTo.put(projection, effects.base());
    }

    /** Does something while nobody looks. */
    public synchronized <T> T whileNobodyLooks(Callable<T> action) throws Exception {
        return action.call();
    }

    @Override
    public void close() {
        ended.countDown();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
