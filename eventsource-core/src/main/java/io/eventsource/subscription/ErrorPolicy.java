package io.eventsource.subscription;

import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.error.ErrorInfo;
import io.eventsource.error.ErrorInfo.ErrorReaction;
import io.eventsource.error.SameCause;
import io.eventsource.event.StoredEvent;
import io.eventsource.failure.FailureText;
import io.eventsource.time.Clocks;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * Decides after each error of a segment what is done next, and remembers how often the event it stands at has failed:
 *
 * <ol>
 *   <li>An error of the infrastructure counts against no event. It is waited for, with growing pauses, then with the circuit breaker open.
 *   <li>So is one that would park an event of one aggregate after the other for the same cause ({@link SameCause}).
 *   <li>A batch of several events is retried in parts, at once, until the event that fails is alone.
 *   <li>An event that fails with a permanent error, or for the last time that the settings allow, is parked; where
 *       nothing is parked the subscription stops there.
 *   <li>Everything else is tried again after a growing pause.
 * </ol>
 *
 * <p>Used by one thread, that of the segment.
 */
final class ErrorPolicy {

    private static final Logger log = LoggerFactory.getLogger(ErrorPolicy.class);

    private final String subscription;
    private final SubscriptionSettings settings;
    private final ErrorClassifier classifier;
    private final SubscriptionCircuitBreaker breaker;
    private final Clocks clocks;
    private final ExponentialBackOff backOff;

    private @Nullable Streak failing;
    private @Nullable BackOffExecution recovery;

    /** An event that has failed, or reading that has, by the position 0. */
    private static final class Streak {

        private final long position;
        private final long since;
        private final BackOffExecution pauses;
        private int retries;

        private Streak(long position, long since, BackOffExecution pauses) {
            this.position = position;
            this.since = since;
            this.pauses = pauses;
        }
    }

    /**
     * Creates a policy.
     *
     * @param subscription whose errors these are
     * @param settings how often and how long it is tried again, and whether an event is parked
     * @param classifier says what an error is to be taken for
     * @param breaker the subscription's
     * @param clocks stamp errors, and measure how long an event has been failing
     */
    ErrorPolicy(
            String subscription,
            SubscriptionSettings settings,
            ErrorClassifier classifier,
            SubscriptionCircuitBreaker breaker,
            Clocks clocks) {
        this.subscription = subscription;
        this.settings = settings;
        this.classifier = classifier;
        this.breaker = breaker;
        this.clocks = clocks;
        SubscriptionSettings.Retry retry = settings.retry();
        this.backOff = new ExponentialBackOff(retry.delay().toMillis(), retry.multiplier());
        backOff.setMaxInterval(retry.maxDelay().toMillis());
        backOff.setJitter(retry.delay().toMillis() / 4);
    }

    /**
     * An event is in the dead-letter queue, and that is committed. What is remembered of another, which has failed meanwhile, stays.
     *
     * @param position the event's
     */
    void parked(long position) {
        breaker.sameCause().handled(List::of);
        if (failing != null && failing.position == position) {
            failing = null;
        }
        recovery = null;
        breaker.succeeded();
    }

    /**
     * Events were read and handled, and are committed. Everything that was remembered of earlier failures is forgotten.
     *
     * @param handledTypes the types of those that handlers have taken, asked for only when it matters
     */
    void succeeded(Supplier<? extends Collection<String>> handledTypes) {
        breaker.sameCause().handled(handledTypes);
        failing = null;
        recovery = null;
        breaker.succeeded();
    }

    /**
     * Something failed for which the breaker had given its permission.
     *
     * @param events what was being handled when it failed, and was rolled back; none when reading failed
     * @param error what was thrown
     * @return what to do next, and what to tell the listeners
     */
    ErrorInfo failed(List<StoredEvent> events, Throwable error) {
        ErrorClassification classification = classify(error);
        Instant now = clocks.now();
        StoredEvent event = events.size() == 1 ? events.get(0) : null;
        if (classification.category() == ErrorClassification.Category.INFRASTRUCTURE) {
            breaker.failed(error);
            return info(event, error, classification, retriesOf(event), recover(false), now);
        }
        if (events.size() > 1) {
            breaker.withdraw();
            return info(null, error, classification, 0, new ErrorReaction.Retry(Duration.ZERO), now);
        }
        Streak streak = streakAt(event == null ? 0 : event.position());
        int retries = streak.retries;
        boolean last = event != null
                && (classification.category() == ErrorClassification.Category.PERMANENT
                        || retries >= settings.retry().maxRetries());
        boolean park = last && settings.deadLetter().enabled();
        if (park
                && event != null
                && !breaker.sameCause().allowsParking(error, event.aggregateId(), event.eventType())) {
            breaker.failed(error);
            return info(event, error, classification, retries, recover(true), now);
        }
        breaker.withdraw();
        if (last) {
            ErrorReaction end = park ? new ErrorReaction.Park() : new ErrorReaction.Stop();
            return info(event, error, classification, retries, end, now);
        }
        streak.retries++;
        Duration pause = Duration.ofMillis(streak.pauses.nextBackOff());
        return info(event, error, classification, retries, new ErrorReaction.Retry(pause), now);
    }

    private ErrorReaction recover(boolean sameCause) {
        if (breaker.open()) {
            return new ErrorReaction.AwaitRecovery(breaker.pause(), true, sameCause);
        }
        BackOffExecution pauses = recovery == null ? backOff.start() : recovery;
        recovery = pauses;
        return new ErrorReaction.AwaitRecovery(Duration.ofMillis(pauses.nextBackOff()), false, sameCause);
    }

    private Streak streakAt(long position) {
        Streak streak = failing;
        if (streak == null || streak.position != position) {
            streak = new Streak(position, clocks.ticker().nanos(), backOff.start());
            failing = streak;
        }
        return streak;
    }

    private int retriesOf(@Nullable StoredEvent event) {
        Streak streak = failing;
        return event == null || streak == null || streak.position != event.position() ? 0 : streak.retries;
    }

    private ErrorInfo info(
            @Nullable StoredEvent event,
            Throwable error,
            ErrorClassification classification,
            int retries,
            ErrorReaction reaction,
            Instant now) {
        Streak streak = failing;
        // back from now, so that the time between the two is what has passed whatever was done to the clock
        Instant first = event != null && streak != null && streak.position == event.position()
                ? now.minus(clocks.ticker().since(streak.since))
                : now;
        return new ErrorInfo(
                subscription,
                event == null ? null : ErrorInfo.Event.of(event),
                error,
                classification,
                retries,
                reaction,
                first,
                now);
    }

    /** A classifier of the application's own that fails must not decide over the event. */
    private ErrorClassification classify(Throwable error) {
        try {
            return classifier.classify(error);
        } catch (RuntimeException failure) {
            log.warn(
                    "The error classifier failed at {}: {}",
                    error.getClass().getName(),
                    FailureText.logged(failure),
                    FailureText.trace(failure));
            return ErrorClassification.UNKNOWN;
        }
    }
}
