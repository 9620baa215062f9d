package io.eventsource.autoconfigure.pool;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What settings of a pool may be: HikariCP would take others than were asked for, and PostgreSQL would cut a name. */
final class PoolBounds {

    private static final int MAX_CONNECTIONS = 10_000;
    private static final Duration LONGEST = Duration.ofMillis(Integer.MAX_VALUE);
    private static final int MAX_NAME_LENGTH = 63;

    private PoolBounds() {}

    static void count(String property, @Nullable Integer value, int least) {
        require(
                value == null || (value >= least && value <= MAX_CONNECTIONS),
                property,
                least + " to " + MAX_CONNECTIONS,
                value);
    }

    static void time(String property, Duration value, Duration shortest) {
        require(within(value, shortest), property, shortest + " to 24 days", value);
    }

    static void timeOrNone(String property, Duration value, Duration shortest) {
        require(value.isZero() || within(value, shortest), property, "0, or " + shortest + " to 24 days", value);
    }

    static void name(String property, @Nullable String value) {
        require(value == null || isName(value), property, "1 to 63 printable characters of ASCII", value);
    }

    private static boolean within(Duration value, Duration shortest) {
        return value.compareTo(shortest) >= 0 && value.compareTo(LONGEST) <= 0;
    }

    private static boolean isName(String name) {
        return !name.isBlank()
                && name.length() <= MAX_NAME_LENGTH
                && name.chars().allMatch(c -> c >= ' ' && c <= '~');
    }

    private static void require(boolean met, String property, String bounds, @Nullable Object value) {
        if (!met) {
            throw new IllegalArgumentException(
                    "eventsource.pool.%s must be %s, but it is %s".formatted(property, bounds, value));
        }
    }
}
