package io.eventsource.brokers.redis;

import java.time.Duration;

/**
 * How messages are sent to streams.
 *
 * @param maxLength how many entries a stream keeps, about; at least 1,000
 * @param whenUnread what becomes of entries beyond that which a consumer group has not read or not acknowledged
 * @param maxMessageBytes how large a payload may be; a larger one is refused for its own sake
 * @param timeout how long to wait for the server's answer
 */
public record RedisTransportSettings(long maxLength, WhenUnread whenUnread, int maxMessageBytes, Duration timeout) {

    private static final long MIN_LENGTH = 1_000;

    /** What becomes of entries beyond the maximal length that somebody still needs. */
    public enum WhenUnread {

        /** Nothing is sent any more until the group has read them; the transport says so as for a broker that is away. */
        HOLD,

        /** They are removed, with a warning that names the group. */
        TRIM
    }

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming what is out of bounds
     */
    public RedisTransportSettings {
        if (maxLength < MIN_LENGTH) {
            throw new IllegalArgumentException(
                    "max-length must be %d or more, but it is %d".formatted(MIN_LENGTH, maxLength));
        }
        if (maxMessageBytes < 1) {
            throw new IllegalArgumentException("max-message-bytes must be 1 or more, but it is " + maxMessageBytes);
        }
        if (timeout.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("timeout must be 1 ms or more, but it is " + timeout);
        }
    }

    /**
     * What an application has that sets nothing.
     *
     * @return the settings
     */
    public static RedisTransportSettings defaults() {
        return new RedisTransportSettings(1_000_000, WhenUnread.HOLD, 1 << 20, Duration.ofSeconds(5));
    }
}
