package io.eventsource.subscription;

import io.eventsource.log.PageBytes;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How one instance takes part in driving subscriptions. Immutable; the methods that begin with {@code with} return a copy.
 *
 * @param id tells this instance from all others, and from itself before a restart
 * @param description what people see of it in the database, such as host and process
 * @param pollInterval how long the reader of the high-water mark goes without looking when no signal arrives, 1 ms or more
 * @param leaseDuration how long other instances respect what this one owns after they last heard of it, 100 ms or more. It is
 *     renewed three times as often, and at least every 5 seconds
 * @param maxPageBytes how many bytes of events each reader of the log brings into memory at once, 64 KiB or more; one event that alone has more is
 *     read by itself
 * @param partition which segments this instance handles when they are assigned by hand, or null for a fair share
 */
public record InstanceSettings(
        UUID id,
        String description,
        Duration pollInterval,
        Duration leaseDuration,
        long maxPageBytes,
        @Nullable StaticPartition partition) {

    private static final Duration MOST_SELDOM = Duration.ofSeconds(5);

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException naming the property that is out of bounds
     */
    public InstanceSettings {
        if (pollInterval.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("poll-interval must be 1 ms or more, but it is " + pollInterval);
        }
        if (leaseDuration.compareTo(Duration.ofMillis(100)) < 0) {
            throw new IllegalArgumentException("lease-duration must be 100 ms or more, but it is " + leaseDuration);
        }
        PageBytes.checked(maxPageBytes);
    }

    /**
     * What an application has that sets nothing.
     *
     * @return the settings, with an id of their own
     */
    public static InstanceSettings defaults() {
        return new InstanceSettings(
                UUID.randomUUID(),
                "pid " + ProcessHandle.current().pid(),
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                PageBytes.byHeap(),
                null);
    }

    /**
     * These settings with another poll interval.
     *
     * @param newPollInterval as for the record
     * @return a copy
     */
    public InstanceSettings withPollInterval(Duration newPollInterval) {
        return new InstanceSettings(id, description, newPollInterval, leaseDuration, maxPageBytes, partition);
    }

    /**
     * These settings with another lease.
     *
     * @param newLeaseDuration as for the record
     * @return a copy
     */
    public InstanceSettings withLeaseDuration(Duration newLeaseDuration) {
        return new InstanceSettings(id, description, pollInterval, newLeaseDuration, maxPageBytes, partition);
    }

    /**
     * These settings with another bound on what is in memory.
     *
     * @param newMaxPageBytes as for the record
     * @return a copy
     */
    public InstanceSettings withMaxPageBytes(long newMaxPageBytes) {
        return new InstanceSettings(id, description, pollInterval, leaseDuration, newMaxPageBytes, partition);
    }

    /**
     * These settings with segments assigned by hand.
     *
     * @param newPartition as for the record
     * @return a copy
     */
    public InstanceSettings withPartition(@Nullable StaticPartition newPartition) {
        return new InstanceSettings(id, description, pollInterval, leaseDuration, maxPageBytes, newPartition);
    }

    Duration renewalInterval() {
        Duration third = leaseDuration.dividedBy(3);
        return third.compareTo(MOST_SELDOM) < 0 ? third : MOST_SELDOM;
    }

    /**
     * The part of all segments that one instance handles when instances are numbered by hand: every {@code count}-th one.
     *
     * @param id the number of the instance, from 0
     * @param count how many instances there are
     */
    public record StaticPartition(int id, int count) {

        /**
         * Checks the bounds.
         *
         * @throws IllegalArgumentException when the number is not below the count
         */
        public StaticPartition {
            if (id < 0 || id >= count) {
                throw new IllegalArgumentException(
                        "index must be 0 or more and below count, but they are %d and %d".formatted(id, count));
            }
        }

        boolean owns(int segment) {
            return segment % count == id;
        }
    }
}
