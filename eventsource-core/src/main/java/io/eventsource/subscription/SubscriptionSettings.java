package io.eventsource.subscription;

import io.eventsource.deadletter.ParkingOrder;
import io.eventsource.error.ErrorSettings;
import io.eventsource.store.Bucket;
import java.time.Duration;

/**
 * How a subscription reads and handles. Immutable; the methods that begin with {@code with} return a copy.
 *
 * @param batchSize how many events are handled in one transaction at first, 1 to 10,000. While there is a backlog and batches are
 *     quick, they grow up to half of {@code maxInFlight}; after a failure and when they are slow they shrink
 * @param maxInFlight how many events may be read and not yet handled, at least the batch size, up to 100,000
 * @param backpressureThreshold the part of {@code maxInFlight}, above 0 and up to 1, from which on nothing further is read
 *     ahead while a batch is being handled
 * @param linger how long it takes at least from the beginning of one batch to that of the next while a subscription keeps up with the log, so that
 *     events that come one by one share transactions; 0 or more. Where many subscriptions of a JVM keep up, each rests three times as long as the
 *     batches of the others take, up to twenty lingers. An event that comes after a pause is handled at once; so is each with 0
 * @param processingTimeout how long the handling of a batch may take, positive. After it the running statement is cancelled, the
 *     thread is interrupted, and the batch is rolled back and repeated in smaller pieces
 * @param checkpointStrategy when the checkpoint is written
 * @param checkpointInterval how often, with {@link CheckpointStrategy#PERIODIC}; with each strategy, how long a subscription that keeps up may have
 *     passed events that are not for it before its checkpoint says so; positive
 * @param startFrom where it begins without a checkpoint
 * @param filter which events it handles
 * @param errors what is done about events that cannot be handled
 * @param deadLetterOrder what happens to later events of an aggregate while one of it is in the dead-letter queue
 * @param segments into how many segments the buckets are cut at least, 1 to 1,024. Events of one aggregate are handled in order in any case;
 *     with one segment all events are
 * @param concurrency how many segments one instance handles at the same time at most, 1 or more
 */
public record SubscriptionSettings(
        int batchSize,
        int maxInFlight,
        double backpressureThreshold,
        Duration linger,
        Duration processingTimeout,
        CheckpointStrategy checkpointStrategy,
        Duration checkpointInterval,
        StartPosition startFrom,
        SubscriptionFilter filter,
        ErrorSettings errors,
        ParkingOrder deadLetterOrder,
        int segments,
        int concurrency) {

    /** The largest batch: what one transaction may hold in memory and in locks. */
    public static final int MAX_BATCH_SIZE = 10_000;

    private static final int MAX_IN_FLIGHT = 100_000;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the property that is out of bounds
     */
    public SubscriptionSettings {
        requireWithin("batch-size", batchSize, 1, MAX_BATCH_SIZE);
        requireWithin("max-in-flight", maxInFlight, batchSize, MAX_IN_FLIGHT);
        if (!(backpressureThreshold > 0 && backpressureThreshold <= 1)) {
            throw new IllegalArgumentException(
                    "backpressure-threshold must be above 0 and at most 1, but it is " + backpressureThreshold);
        }
        if (linger.isNegative()) {
            throw new IllegalArgumentException("linger must not be negative, but it is " + linger);
        }
        requirePositive("processing-timeout", processingTimeout);
        requirePositive("checkpoint-interval", checkpointInterval);
        requireWithin("segments", segments, 1, Bucket.COUNT);
        requireWithin("concurrency", concurrency, 1, Bucket.COUNT);
    }

    /**
     * What an application has that sets nothing.
     *
     * @return the settings
     */
    public static SubscriptionSettings defaults() {
        return new SubscriptionSettings(
                100,
                1_000,
                0.8,
                Duration.ofMillis(5),
                Duration.ofSeconds(30),
                CheckpointStrategy.EVERY_BATCH,
                Duration.ofSeconds(5),
                new StartPosition.Beginning(),
                SubscriptionFilter.NONE,
                ErrorSettings.defaults(),
                ParkingOrder.BY_AGGREGATE,
                1,
                4);
    }

    private static void requireWithin(String property, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    "%s must be %d to %d, but it is %d".formatted(property, min, max, value));
        }
    }

    private static void requirePositive(String property, Duration value) {
        if (value.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("%s must be 1 ms or more, but it is %s".formatted(property, value));
        }
    }

    /**
     * These settings with another size of batches.
     *
     * @param newBatchSize as for the record; {@code maxInFlight} rises with it where needed
     * @return a copy
     */
    public SubscriptionSettings withBatchSize(int newBatchSize) {
        return new SubscriptionSettings(
                newBatchSize,
                Math.max(newBatchSize, maxInFlight),
                backpressureThreshold,
                linger,
                processingTimeout,
                checkpointStrategy,
                checkpointInterval,
                startFrom,
                filter,
                errors,
                deadLetterOrder,
                segments,
                concurrency);
    }

    /**
     * These settings with another number of segments.
     *
     * @param newSegments as for the record
     * @return a copy
     */
    public SubscriptionSettings withSegments(int newSegments) {
        return new SubscriptionSettings(
                batchSize,
                maxInFlight,
                backpressureThreshold,
                linger,
                processingTimeout,
                checkpointStrategy,
                checkpointInterval,
                startFrom,
                filter,
                errors,
                deadLetterOrder,
                newSegments,
                concurrency);
    }

    /**
     * These settings with another place to begin.
     *
     * @param newStartFrom as for the record
     * @return a copy
     */
    public SubscriptionSettings withStartFrom(StartPosition newStartFrom) {
        return new SubscriptionSettings(
                batchSize,
                maxInFlight,
                backpressureThreshold,
                linger,
                processingTimeout,
                checkpointStrategy,
                checkpointInterval,
                newStartFrom,
                filter,
                errors,
                deadLetterOrder,
                segments,
                concurrency);
    }

    /**
     * These settings with something else done about errors.
     *
     * @param newErrors as for the record
     * @return a copy
     */
    public SubscriptionSettings withErrors(ErrorSettings newErrors) {
        return new SubscriptionSettings(
                batchSize,
                maxInFlight,
                backpressureThreshold,
                linger,
                processingTimeout,
                checkpointStrategy,
                checkpointInterval,
                startFrom,
                filter,
                newErrors,
                deadLetterOrder,
                segments,
                concurrency);
    }
}
