package io.eventsource.subscription;

import io.eventsource.deadletter.DeadLetter.ParkingOrder;
import io.eventsource.error.SameCause;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.Bucket;
import io.eventsource.log.LogQuery;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a subscription reads and handles, in the groups that its properties have. A new option is a component of its group, with its bounds
 * and its default here. Immutable.
 *
 * @param batch how events are read and handled together
 * @param checkpoint when the checkpoint is written
 * @param startFrom where it begins without a checkpoint
 * @param filter which events it handles
 * @param retry how often an event that fails is tried again
 * @param deadLetter what becomes of an event that has failed for good
 * @param circuitBreaker when it stops reading
 * @param segments how it is shared out
 */
public record SubscriptionSettings(
        Batch batch,
        Checkpoint checkpoint,
        StartPosition startFrom,
        Filter filter,
        Retry retry,
        DeadLetter deadLetter,
        CircuitBreaker circuitBreaker,
        Segments segments) {

    /** The largest batch: what one transaction may hold in memory and in locks. */
    public static final int MAX_BATCH_SIZE = 10_000;

    private static final int MAX_IN_FLIGHT = 100_000;
    private static final int MAX_RETRIES = 1_000;
    private static final double MAX_MULTIPLIER = 10;
    private static final int MAX_THRESHOLD = 1_000;

    private static final SubscriptionSettings DEFAULTS = new SubscriptionSettings(
            new Batch(100, 1_000, 0.8, Duration.ofMillis(5), Duration.ofSeconds(30)),
            new Checkpoint(CheckpointStrategy.EVERY_BATCH, Duration.ofSeconds(5)),
            new StartPosition.Beginning(),
            Filter.NONE,
            new Retry(5, Duration.ofSeconds(1), 2, Duration.ofSeconds(30)),
            new DeadLetter(true, ParkingOrder.BY_AGGREGATE),
            new CircuitBreaker(true, 5, Duration.ofSeconds(1), Duration.ofSeconds(5), SameCause.USUAL_THRESHOLD),
            new Segments(1, 4));

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
     *     thread is interrupted, and the batch is rolled back and retried in smaller pieces
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
    public record Checkpoint(CheckpointStrategy strategy, Duration interval) {

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException naming the property that is out of bounds
         */
        public Checkpoint {
            requirePositive("checkpoint.interval", interval);
        }
    }

    /**
     * How often an event that fails is tried again.
     *
     * @param maxRetries how often it is tried again before it is parked, 0 to 1,000; after a permanent error it is not tried again, and errors
     *     of the infrastructure do not count
     * @param delay the pause after a first failure, 1 ms or more
     * @param multiplier by how much each further pause is longer, 1 to 10; each varies at random by up to a quarter of itself within the bounds
     * @param maxDelay the longest pause, not below the first
     */
    public record Retry(int maxRetries, Duration delay, double multiplier, Duration maxDelay) {

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException naming the property that is out of bounds
         */
        public Retry {
            requireWithin("retry.max-retries", maxRetries, 0, MAX_RETRIES);
            if (!(multiplier >= 1 && multiplier <= MAX_MULTIPLIER)) {
                throw new IllegalArgumentException("retry.multiplier must be 1 to 10, but it is " + multiplier);
            }
            requirePositive("retry.delay", delay);
            requireNotBelow("retry.max-delay", maxDelay, "retry.delay", delay);
        }
    }

    /**
     * What becomes of an event that has failed for good.
     *
     * @param enabled whether it is parked in the dead-letter queue, so that the subscription goes on; otherwise it stops there
     * @param order what happens to later events of an aggregate while one of it is in the queue
     */
    public record DeadLetter(boolean enabled, ParkingOrder order) {}

    /**
     * When a subscription stops reading because what every event needs is away.
     *
     * @param enabled whether it does; otherwise it tries again with growing pauses
     * @param failureThreshold how many attempts must fail in a row until it opens, 1 to 1,000
     * @param openFor how long it is open before a probe, 1 ms or more; it doubles with each probe that fails
     * @param maxOpenFor the longest, not below the first
     * @param sameCauseThreshold for how many different aggregates in a row events may be parked for the same cause, 0 to 1,000; the next one stops
     *     reading instead, as if something that every event needs were away. 0 parks them all
     */
    public record CircuitBreaker(
            boolean enabled, int failureThreshold, Duration openFor, Duration maxOpenFor, int sameCauseThreshold) {

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException naming the property that is out of bounds
         */
        public CircuitBreaker {
            requireWithin("circuit-breaker.failure-threshold", failureThreshold, 1, MAX_THRESHOLD);
            requirePositive("circuit-breaker.open-for", openFor);
            requireNotBelow("circuit-breaker.max-open-for", maxOpenFor, "circuit-breaker.open-for", openFor);
            requireWithin("circuit-breaker.same-cause-threshold", sameCauseThreshold, 0, MAX_THRESHOLD);
        }
    }

    /**
     * How a subscription is shared out.
     *
     * @param count into how many segments the buckets are cut at least, 1 to 1,024. Events of one aggregate are handled in order in any case;
     *     with one segment all events are
     * @param concurrency how many segments one instance handles at the same time at most, 1 or more
     */
    public record Segments(int count, int concurrency) {

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException naming the property that is out of bounds
         */
        public Segments {
            requireWithin("segments.count", count, 1, Bucket.COUNT);
            requireWithin("segments.concurrency", concurrency, 1, Bucket.COUNT);
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

    private static void requireNotBelow(String maxProperty, Duration max, String property, Duration value) {
        if (max.compareTo(value) < 0) {
            throw new IllegalArgumentException(
                    "%s must not be below %s, but they are %s and %s".formatted(maxProperty, property, max, value));
        }
    }

    /** Settings that are still open, group by group. Used by one thread. */
    public static final class Builder {

        private Batch batch;
        private Checkpoint checkpoint;
        private StartPosition startFrom;
        private Filter filter;
        private Retry retry;
        private DeadLetter deadLetter;
        private CircuitBreaker circuitBreaker;
        private Segments segments;

        private Builder(SubscriptionSettings from) {
            batch = from.batch;
            checkpoint = from.checkpoint;
            startFrom = from.startFrom;
            filter = from.filter;
            retry = from.retry;
            deadLetter = from.deadLetter;
            circuitBreaker = from.circuitBreaker;
            segments = from.segments;
        }

        /**
         * Sets {@link SubscriptionSettings#batch()}.
         *
         * @param newBatch the group
         * @return this builder
         */
        public Builder batch(Batch newBatch) {
            batch = newBatch;
            return this;
        }

        /**
         * Sets how many events are handled in one transaction at first. {@code maxInFlight} rises with it where needed.
         *
         * @param size the number
         * @return this builder
         */
        public Builder batchSize(int size) {
            return batch(new Batch(
                    size, Math.max(size, batch.maxInFlight), batch.backpressureThreshold, batch.linger, batch.timeout));
        }

        /**
         * Sets {@link Batch#linger()}.
         *
         * @param linger the value
         * @return this builder
         */
        public Builder linger(Duration linger) {
            return batch(new Batch(batch.size, batch.maxInFlight, batch.backpressureThreshold, linger, batch.timeout));
        }

        /**
         * Sets {@link Batch#timeout()}.
         *
         * @param timeout the value
         * @return this builder
         */
        public Builder processingTimeout(Duration timeout) {
            return batch(new Batch(batch.size, batch.maxInFlight, batch.backpressureThreshold, batch.linger, timeout));
        }

        /**
         * Sets {@link SubscriptionSettings#checkpoint()}.
         *
         * @param newCheckpoint the group
         * @return this builder
         */
        public Builder checkpoint(Checkpoint newCheckpoint) {
            checkpoint = newCheckpoint;
            return this;
        }

        /**
         * Sets {@link SubscriptionSettings#startFrom()}.
         *
         * @param newStartFrom the position
         * @return this builder
         */
        public Builder startFrom(StartPosition newStartFrom) {
            startFrom = newStartFrom;
            return this;
        }

        /**
         * Sets {@link SubscriptionSettings#filter()}.
         *
         * @param newFilter the filter
         * @return this builder
         */
        public Builder filter(Filter newFilter) {
            filter = newFilter;
            return this;
        }

        /**
         * Sets {@link SubscriptionSettings#retry()}.
         *
         * @param newRetry the group
         * @return this builder
         */
        public Builder retry(Retry newRetry) {
            retry = newRetry;
            return this;
        }

        /**
         * Sets {@link SubscriptionSettings#deadLetter()}.
         *
         * @param newDeadLetter the group
         * @return this builder
         */
        public Builder deadLetter(DeadLetter newDeadLetter) {
            deadLetter = newDeadLetter;
            return this;
        }

        /**
         * Sets {@link SubscriptionSettings#circuitBreaker()}.
         *
         * @param newCircuitBreaker the group
         * @return this builder
         */
        public Builder circuitBreaker(CircuitBreaker newCircuitBreaker) {
            circuitBreaker = newCircuitBreaker;
            return this;
        }

        /**
         * Sets {@link SubscriptionSettings#segments()}.
         *
         * @param newSegments the group
         * @return this builder
         */
        public Builder segments(Segments newSegments) {
            segments = newSegments;
            return this;
        }

        /**
         * Sets {@link Segments#count()}.
         *
         * @param count the number
         * @return this builder
         */
        public Builder segments(int count) {
            return segments(new Segments(count, segments.concurrency));
        }

        /**
         * The settings.
         *
         * @return what was set, and for the rest what the builder began with
         */
        public SubscriptionSettings build() {
            return new SubscriptionSettings(
                    batch, checkpoint, startFrom, filter, retry, deadLetter, circuitBreaker, segments);
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

    /**
     * Which events a subscription handles, among those that its handlers are for. The others are not even read when it catches
     * up.
     *
     * @param eventTypes names of types; an empty set means all that there are handlers for
     * @param aggregateTypes stream types; an empty set means every type
     * @param tenantId only this tenant's events; null means every tenant
     */
    public record Filter(Set<String> eventTypes, Set<String> aggregateTypes, @Nullable String tenantId) {

        /** Everything that there are handlers for. */
        public static final Filter NONE = new Filter(Set.of(), Set.of(), null);

        /** Copies the sets. */
        public Filter {
            eventTypes = Set.copyOf(eventTypes);
            aggregateTypes = Set.copyOf(aggregateTypes);
        }

        /** This filter for all names under which the events may be stored. */
        Filter of(Set<String> storedNames) {
            return new Filter(storedNames, aggregateTypes, tenantId);
        }

        LogQuery query(long position, int limit) {
            return new LogQuery(position, limit, eventTypes, aggregateTypes, tenantId, null, null);
        }

        boolean matches(StoredEvent event) {
            return (eventTypes.isEmpty() || eventTypes.contains(event.eventType()))
                    && (aggregateTypes.isEmpty() || aggregateTypes.contains(event.aggregateType()))
                    && (tenantId == null || tenantId.equals(event.metadata().tenantId()));
        }
    }
}
