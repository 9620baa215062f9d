package io.eventsource.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.testing.EffectLog.Order;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A projection of a test's own with an effect log and totals, which begins behind what the log holds now, and somebody who looks at
 * them all the time.
 */
public final class ObservedProjection implements AutoCloseable {

    private final TestDatabase database;
    private final JdbcTemplate jdbc;
    private final String name = "p-" + UUID.randomUUID();
    private final long base;
    private final EffectLog effects;
    private final AccountTotals totals;
    private @Nullable Onlooker onlooker;

    /** Makes the tables if there are none. Nobody looks yet. */
    public ObservedProjection(TestDatabase database) {
        this.database = database;
        this.jdbc = database.jdbc();
        this.base = jdbc.queryForList("SELECT coalesce(max(position), 0) FROM eventsource.events", Long.class)
                .get(0);
        this.effects = new EffectLog(jdbc, base);
        this.totals = AccountTotals.create(jdbc);
    }

    /** Begins to look. */
    public void look(Duration pause) {
        onlooker = new Onlooker(database::connect, effects, pause, List.of(new Onlooker.Watched(name, true)));
    }

    public String name() {
        return name;
    }

    public long base() {
        return base;
    }

    public EffectLog effects() {
        return effects;
    }

    public Onlooker onlooker() {
        if (onlooker == null) {
            throw new IllegalStateException("Nobody looks at " + name);
        }
        return onlooker;
    }

    /** How it is divided now. */
    public List<EffectLog.Segment> segments() {
        return effects.segments(jdbc, name);
    }

    /** How many segments each owner has. */
    public Map<String, Integer> owned() {
        Map<String, Integer> owned = new TreeMap<>();
        for (EffectLog.Segment each : segments()) {
            owned.merge(each.owner() == null ? "nobody" : each.owner(), 1, Integer::sum);
        }
        return owned;
    }

    /** Waits until each owner has so many segments; returns how long that took. */
    public Duration awaitOwned(Map<String, Integer> expected, Duration timeout) {
        long begin = System.nanoTime();
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .atMost(timeout)
                .untilAsserted(() -> assertThat(owned()).isEqualTo(expected));
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /** Waits until there is an effect of each event that is committed now, whoever handles it. */
    public void awaitHandled(Duration timeout) {
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .atMost(timeout)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(effects.unhandled(name))
                        .as("unhandled events")
                        .isZero());
    }

    /** Each event has its effect once and in order, and nobody has seen it otherwise. */
    public void assertHandledOnce(String when) {
        List<String> violations = new ArrayList<>(effects.violationsInTheEnd(name, Order.WITHIN_BUCKETS, true));
        if (onlooker != null) {
            violations.addAll(onlooker.violations());
            assertThat(onlooker.looks()).as(when).isPositive();
        }
        assertThat(violations).as(when).isEmpty();
    }

    /** That, and the totals are those of the log. */
    public void assertCountedOnce(String when) {
        assertHandledOnce(when);
        assertThat(totals.violations(name, base)).as(when).isEmpty();
    }

    @Override
    public void close() {
        if (onlooker != null) {
            onlooker.close();
        }
    }
}
