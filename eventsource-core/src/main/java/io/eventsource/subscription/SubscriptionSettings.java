package io.eventsource.subscription;

import io.eventsource.deadletter.ParkingOrder;
import io.eventsource.error.ErrorSettings;
import io.eventsource.log.Bucket;
import java.time.Duration;

/**
 * How a subscription reads and handles. Immutable.
 *
 * @param batch how events are read and handled together
 * @param checkpoint when the checkpoint is written
 * @param startFrom where it begins without a checkpoint
 * @param filter which events it handles
 * @param errors what is done about events that cannot be handled
 * @param deadLetterOrder what happens to later events of an aggregate while one of it is in the dead-letter queue
 * @param segments into how many segments the buckets are cut at least, 1 to 1,024. Events of one aggregate are handled in order in any case;
 *     with one segment all events are
 * @param concurrency how many segments one instance handles at the same time at most, 1 or more
 */
public record SubscriptionSettings(
        Batch batch,
        Checkpoints checkpoint,
        StartPosition startFrom,
        SubscriptionFilter filter,
        ErrorSettings errors,
        ParkingOrder deadLetterOrder,
        int segments,
        int concurrency) {

    /** The largest batch: what one transaction may hold in memory and in locks. */
    public static final int MAX_BATCH_SIZE = 10_000;

    private static final int MAX_IN_FLIGHT = 100_000;

    private static final SubscriptionSettings DEFAULTS = new SubscriptionSettings(
            new Batch(100, 1_000, 0.8, Duration.ofMillis(5), Duration.ofSeconds(30)),
            new Checkpoints(CheckpointStrategy.EVERY_BATCH, Duration.ofSeconds(5)),
            new StartPosition.Beginning(),
            SubscriptionFilter.NONE,
            ErrorSettings.defaults(),
            ParkingOrder.BY_AGGREGATE,
            1,
            4);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the property that is out of bounds
     */
    public SubscriptionSettings {
        requireWithin("segments.count", segments, 1, Bucket.COUNT);
        requireWithin("segments.concurrency", concurrency, 1, Bucket.COUNT);
    }

    /**
     * How events are read and handled together.
     *
     * @param size how many events are handled in one transaction at first, 1 to 10,000. While there is a backlog and batches are
     *     quick, they grow up to half of {@code maxInFlight}; after a failure and when they are slow they shrink
     * @param maxInFlight how many events may be read and not yet handled, at least the batch size, up to 100,000
     * @param backpressureThreshold the part of {@code maxInFlight}, above 0 and up to 1, from which on nothing further is read
     *     ahead while a batch is being handled
     * @param linger how long it takes at least from the beginning of one batch to that of the next while a subscription keeps up with the log, so that
     *     events that come one by one share transactions; 0 or more. Where many subscriptions of a JVM keep up, each rests three times as long as the
     *     batches of the others take, up to twenty lingers. An event that comes after a pause is handled at once; so is each with 0
     * @param timeout how long the handling of a batch may take, positive. After it the running statement is cancelled, the
     *     thread is interrupted, and the batch is rolled back and repeated in smaller pieces
     */
    public record Batch(int size, int maxInFlight, double backpressureThreshold, Duration linger, Duration timeout) {

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException naming the property that is out of bounds
         */
        public Batch {
            requireWithin("batch.size", size, 1, MAX_BATCH_SIZE);
            requireWithin("batch.max-in-flight", maxInFlight, size, MAX_IN_FLIGHT);
            if (!(backpressureThreshold > 0 && backpressureThreshold <= 1)) {
                throw new IllegalArgumentException(
                        "batch.backpressure-threshold must be above 0 and at most 1, but it is "
                                + backpressureThreshold);
            }
            if (linger.isNegative()) {
                throw new IllegalArgumentException("batch.linger must not be negative, but it is " + linger);
            }
            requirePositive("batch.timeout", timeout);
        }
    }

    /**
     * When a checkpoint is written.
     *
     * @param strategy when the checkpoint is written
     * @param interval how often, with {@link CheckpointStrategy#PERIODIC}; with each strategy, how long a subscription that keeps up may have
     *     passed events that are not for it before its checkpoint says so; positive
     */
    public record Checkpoints(CheckpointStrategy strategy, Duration interval) {

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException naming the property that is out of bounds
         */
        public Checkpoints {
            requirePositive("checkpoint.interval", interval);
        }
    }

    /**
     * What an application has that sets nothing.
     *
     * @return the settings
     */
    public static SubscriptionSettings defaults() {
        return DEFAULTS;
    }

    /**
     * Begins with what an application has that sets nothing.
     *
     * @return a builder of its own
     */
    public static Builder builder() {
        return DEFAULTS.toBuilder();
    }

    /**
     * Begins with these settings.
     *
     * @return a builder of its own
     */
    public Builder toBuilder() {
        return new Builder(this);
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

    /** Settings that are still open. What the values mean and their bounds are said of the record. Used by one thread. */
    public static final class Builder {

        private int batchSize;
        private int maxInFlight;
        private double backpressureThreshold;
        private Duration linger;
        private Duration processingTimeout;
        private CheckpointStrategy checkpointStrategy;
        private Duration checkpointInterval;
        private StartPosition startFrom;
        private SubscriptionFilter filter;
        private ErrorSettings errors;
        private ParkingOrder deadLetterOrder;
        private int segments;
        private int concurrency;

        private Builder(SubscriptionSettings from) {
            batchSize = from.batch.size();
            maxInFlight = from.batch.maxInFlight();
            backpressureThreshold = from.batch.backpressureThreshold();
            linger = from.batch.linger();
            processingTimeout = from.batch.timeout();
            checkpointStrategy = from.checkpoint.strategy();
            checkpointInterval = from.checkpoint.interval();
            startFrom = from.startFrom;
            filter = from.filter;
            errors = from.errors;
            deadLetterOrder = from.deadLetterOrder;
            segments = from.segments;
            concurrency = from.concurrency;
        }

        /**
         * Sets how many events are handled in one transaction at first. {@code maxInFlight} rises with it where needed.
         *
         * @param newBatchSize the number
         * @return this builder
         */
        public Builder batchSize(int newBatchSize) {
            batchSize = newBatchSize;
            maxInFlight = Math.max(newBatchSize, maxInFlight);
            return this;
        }

        /**
         * Sets {@link Batch#maxInFlight()}.
         *
         * @param newMaxInFlight the value
         * @return this builder
         */
        public Builder maxInFlight(int newMaxInFlight) {
            maxInFlight = newMaxInFlight;
            return this;
        }

        /**
         * Sets {@link Batch#backpressureThreshold()}.
         *
         * @param newBackpressureThreshold the value
         * @return this builder
         */
        public Builder backpressureThreshold(double newBackpressureThreshold) {
            backpressureThreshold = newBackpressureThreshold;
            return this;
        }

        /**
         * Sets {@link Batch#linger()}.
         *
         * @param newLinger the value
         * @return this builder
         */
        public Builder linger(Duration newLinger) {
            linger = newLinger;
            return this;
        }

        /**
         * Sets {@link Batch#timeout()}.
         *
         * @param newProcessingTimeout the value
         * @return this builder
         */
        public Builder processingTimeout(Duration newProcessingTimeout) {
            processingTimeout = newProcessingTimeout;
            return this;
        }

        /**
         * Sets {@link Checkpoints#strategy()}.
         *
         * @param newCheckpointStrategy the value
         * @return this builder
         */
        public Builder checkpointStrategy(CheckpointStrategy newCheckpointStrategy) {
            checkpointStrategy = newCheckpointStrategy;
            return this;
        }

        /**
         * Sets {@link Checkpoints#interval()}.
         *
         * @param newCheckpointInterval the value
         * @return this builder
         */
        public Builder checkpointInterval(Duration newCheckpointInterval) {
            checkpointInterval = newCheckpointInterval;
            return this;
        }

        /**
         * Sets {@link SubscriptionSettings#startFrom()}.
         *
         * @param newStartFrom the value
         * @return this builder
         */
        public Builder startFrom(StartPosition newStartFrom) {
            startFrom = newStartFrom;
            return this;
        }

        /**
         * Sets {@link SubscriptionSettings#filter()}.
         *
         * @param newFilter the value
         * @return this builder
         */
        public Builder filter(SubscriptionFilter newFilter) {
            filter = newFilter;
            return this;
        }

        /**
         * Sets {@link SubscriptionSettings#errors()}.
         *
         * @param newErrors the value
         * @return this builder
         */
        public Builder errors(ErrorSettings newErrors) {
            errors = newErrors;
            return this;
        }

        /**
         * Sets {@link SubscriptionSettings#deadLetterOrder()}.
         *
         * @param newDeadLetterOrder the value
         * @return this builder
         */
        public Builder deadLetterOrder(ParkingOrder newDeadLetterOrder) {
            deadLetterOrder = newDeadLetterOrder;
            return this;
        }

        /**
         * Sets {@link SubscriptionSettings#segments()}.
         *
         * @param newSegments the value
         * @return this builder
         */
        public Builder segments(int newSegments) {
            segments = newSegments;
            return this;
        }

        /**
         * Sets {@link SubscriptionSettings#concurrency()}.
         *
         * @param newConcurrency the value
         * @return this builder
         */
        public Builder concurrency(int newConcurrency) {
            concurrency = newConcurrency;
            return this;
        }

        /**
         * Checks the values.
         *
         * @return the settings
         * @throws IllegalArgumentException naming the property that is out of bounds
         */
        public SubscriptionSettings build() {
            return new SubscriptionSettings(
                    new Batch(batchSize, maxInFlight, backpressureThreshold, linger, processingTimeout),
                    new Checkpoints(checkpointStrategy, checkpointInterval),
                    startFrom,
                    filter,
                    errors,
                    deadLetterOrder,
                    segments,
                    concurrency);
        }
    }

    /** When the checkpoint of a subscription is written. */
    public enum CheckpointStrategy {

        /** After each event; with exactly-once delivery each event is then a transaction of its own. */
        EVERY_EVENT,

        /** After each batch. */
        EVERY_BATCH,

        /**
         * When the checkpoint interval has passed since the last time, when there is nothing left to handle, and at a pause or stop. Only
         * for at-least-once delivery: with exactly-once delivery the checkpoint belongs into each batch.
         */
        PERIODIC
    }
}
