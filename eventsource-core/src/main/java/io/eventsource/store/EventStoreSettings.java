package io.eventsource.store;

import java.time.Duration;

/**
 * How a store appends.
 *
 * @param appendTiming when an append inside a Spring transaction inserts its events
 * @param tailTimeout how long a client may hang between a late insert and its commit before the server ends its session,
 *     at least 1 ms
 * @param coalescing whether appends of concurrent callers outside a transaction share statements and commits
 */
public record EventStoreSettings(AppendTiming appendTiming, Duration tailTimeout, boolean coalescing) {

    /**
     * Checks the timeout.
     *
     * @throws IllegalArgumentException naming the property that is out of bounds
     */
    public EventStoreSettings {
        if (tailTimeout.toMillis() < 1 || tailTimeout.toMillis() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "eventsource.append.tail-timeout must be 1 ms to 24 days, but it is " + tailTimeout);
        }
    }
}
