package io.eventsource.autoconfigure.subscription;

import io.eventsource.deadletter.DeadLetter.ParkingOrder;
import io.eventsource.subscription.StartPosition;
import io.eventsource.subscription.SubscriptionSettings;
import io.eventsource.subscription.SubscriptionSettings.CheckpointStrategy;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How a subscription reads and handles, where it is set. Each group merges itself over what holds otherwise.
 *
 * @param batch How many events are handled in one transaction, and for how long.
 * @param checkpoint When the checkpoint is written.
 * @param startFrom Where a subscription without a checkpoint begins: checkpoint, which is the same as beginning; end; a
 *     position; or a time such as 2026-01-31T12:00:00Z.
 * @param filter Which events are handled.
 * @param retry How often an event that cannot be handled is tried again.
 * @param deadLetter What becomes of an event that has failed for good.
 * @param circuitBreaker When nothing is read because something that every event needs is away.
 * @param segments How a subscription is shared out.
 * @param autoStartup Whether it is started with the application. true.
 */
public record SubscriptionOptions(
        @DefaultValue Batch batch,
        @DefaultValue Checkpoint checkpoint,
        @Nullable String startFrom,
        @DefaultValue Filter filter,
        @DefaultValue Retry retry,
        @DefaultValue DeadLetter deadLetter,
        @DefaultValue CircuitBreaker circuitBreaker,
        @DefaultValue Segments segments,
        @Nullable Boolean autoStartup) {

    /** Nothing is set. */
    static final SubscriptionOptions NONE = new Binder().bindOrCreate("none", SubscriptionOptions.class);

    /**
     * These options, completed by others.
     *
     * @param prefix what the names of the properties begin with
     * @param declared what the handlers say of retries, which holds where these options do not set it
     * @param base what holds otherwise
     * @throws IllegalArgumentException naming the property that is out of bounds
     */
    SubscriptionSettings over(String prefix, Retry declared, SubscriptionSettings base) {
        try {
            return new SubscriptionSettings(
                    batch.over(base.batch()),
                    checkpoint.over(base.checkpoint()),
                    startFrom == null ? base.startFrom() : startPosition(startFrom),
                    filter.over(base.filter()),
                    retry.completedBy(declared).over(base.retry()),
                    deadLetter.over(base.deadLetter()),
                    circuitBreaker.over(base.circuitBreaker()),
                    segments.over(base.segments()));
        } catch (IllegalArgumentException invalid) {
            throw new IllegalArgumentException(prefix + invalid.getMessage(), invalid);
        }
    }

    private static StartPosition startPosition(String text) {
        try {
            return StartPosition.parse(text);
        } catch (IllegalArgumentException invalid) {
            throw new IllegalArgumentException("start-from " + invalid.getMessage(), invalid);
        }
    }

    private static <T> T or(@Nullable T own, T base) {
        return Objects.requireNonNullElse(own, base);
    }

    /**
     * How many events are handled in one transaction, and for how long.
     *
     * @param size How many events are handled in one transaction at first. 100, with the preset high-throughput 500.
     * @param maxInFlight How many events may be read and not yet handled. 1000.
     * @param backpressureThreshold Part of max-in-flight from which on nothing further is read ahead. 0.8.
     * @param linger How long a subscription that keeps up with the log waits at least from one batch to the next. 5ms.
     * @param timeout How long the handling of a batch may take. 30s.
     */
    public record Batch(
            @Nullable Integer size,
            @Nullable Integer maxInFlight,
            @Nullable Double backpressureThreshold,
            @Nullable Duration linger,
            @Nullable Duration timeout) {

        /** A batch that is larger than what may be in flight by default raises it. */
        SubscriptionSettings.Batch over(SubscriptionSettings.Batch base) {
            int events = or(size, base.size());
            return new SubscriptionSettings.Batch(
                    events,
                    or(maxInFlight, Math.max(events, base.maxInFlight())),
                    or(backpressureThreshold, base.backpressureThreshold()),
                    or(linger, base.linger()),
                    or(timeout, base.timeout()));
        }
    }

    /**
     * When the checkpoint is written.
     *
     * @param strategy When it is written. every-batch.
     * @param interval How often it is written with the strategy periodic, and with each strategy when events pass that are not for the
     *     subscription. 5s.
     */
    public record Checkpoint(@Nullable CheckpointStrategy strategy, @Nullable Duration interval) {

        SubscriptionSettings.Checkpoint over(SubscriptionSettings.Checkpoint base) {
            return new SubscriptionSettings.Checkpoint(or(strategy, base.strategy()), or(interval, base.interval()));
        }
    }

    /**
     * Which events are handled.
     *
     * @param eventTypes Only events of these types are handled. All that there are handlers for.
     * @param aggregateTypes Only events of aggregates of these types are handled. All.
     * @param tenant Only events of this tenant are handled. All.
     */
    public record Filter(
            @DefaultValue Set<String> eventTypes, @DefaultValue Set<String> aggregateTypes, @Nullable String tenant) {

        SubscriptionSettings.Filter over(SubscriptionSettings.Filter base) {
            return new SubscriptionSettings.Filter(
                    eventTypes.isEmpty() ? base.eventTypes() : eventTypes,
                    aggregateTypes.isEmpty() ? base.aggregateTypes() : aggregateTypes,
                    tenant == null ? base.tenantId() : tenant);
        }
    }

    /**
     * How often an event that cannot be handled is tried again.
     *
     * @param maxRetries How often it is tried again before it is parked. 5.
     * @param delay Pause after it has failed for the first time. 1s.
     * @param multiplier By how much each further pause is longer. 2.
     * @param maxDelay Longest pause. 30s.
     */
    public record Retry(
            @Nullable Integer maxRetries,
            @Nullable Duration delay,
            @Nullable Double multiplier,
            @Nullable Duration maxDelay) {

        /** Nothing is set. */
        static final Retry NONE = new Retry(null, null, null, null);

        /** These options, and others where they set nothing. */
        Retry completedBy(Retry other) {
            return new Retry(
                    maxRetries == null ? other.maxRetries : maxRetries,
                    delay == null ? other.delay : delay,
                    multiplier == null ? other.multiplier : multiplier,
                    maxDelay == null ? other.maxDelay : maxDelay);
        }

        SubscriptionSettings.Retry over(SubscriptionSettings.Retry base) {
            return new SubscriptionSettings.Retry(
                    or(maxRetries, base.maxRetries()),
                    or(delay, base.delay()),
                    or(multiplier, base.multiplier()),
                    or(maxDelay, base.maxDelay()));
        }
    }

    /**
     * What becomes of an event that has failed for good.
     *
     * @param enabled Whether it is parked in the dead-letter queue, so that the subscription goes on; otherwise the subscription stops there. true.
     * @param order What happens to later events of an aggregate while one of it is in the dead-letter queue. by-aggregate.
     */
    public record DeadLetter(@Nullable Boolean enabled, @Nullable ParkingOrder order) {

        SubscriptionSettings.DeadLetter over(SubscriptionSettings.DeadLetter base) {
            return new SubscriptionSettings.DeadLetter(or(enabled, base.enabled()), or(order, base.order()));
        }
    }

    /**
     * When a subscription reads nothing because something that every event needs, such as a database, is away.
     *
     * @param enabled Whether it stops reading; otherwise it tries again with growing pauses. true.
     * @param failureThreshold How many attempts must fail in a row. 5.
     * @param openFor How long nothing is read before the next attempt; it doubles with each one that fails. 1s.
     * @param maxOpenFor Longest time that nothing is read. 5s.
     * @param sameCauseThreshold For how many different aggregates in a row events are parked for the same cause; the next one stops reading
     *     instead. 0 parks them all. 10.
     */
    public record CircuitBreaker(
            @Nullable Boolean enabled,
            @Nullable Integer failureThreshold,
            @Nullable Duration openFor,
            @Nullable Duration maxOpenFor,
            @Nullable Integer sameCauseThreshold) {

        SubscriptionSettings.CircuitBreaker over(SubscriptionSettings.CircuitBreaker base) {
            return new SubscriptionSettings.CircuitBreaker(
                    or(enabled, base.enabled()),
                    or(failureThreshold, base.failureThreshold()),
                    or(openFor, base.openFor()),
                    or(maxOpenFor, base.maxOpenFor()),
                    or(sameCauseThreshold, base.sameCauseThreshold()));
        }
    }

    /**
     * How a subscription is shared out.
     *
     * @param count Into how many segments it is cut at least, which instances share. 1, or instance.count.
     * @param concurrency How many of its segments one instance handles at the same time at most. 4.
     */
    public record Segments(@Nullable Integer count, @Nullable Integer concurrency) {

        SubscriptionSettings.Segments over(SubscriptionSettings.Segments base) {
            return new SubscriptionSettings.Segments(or(count, base.count()), or(concurrency, base.concurrency()));
        }
    }
}
