package io.eventsource.subscription;

import io.eventsource.error.ErrorInfo;
import io.eventsource.error.ErrorInfo.ErrorReaction;
import io.eventsource.failure.FailureText;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What fails in a segment: the permission of the circuit breaker for each attempt, what the policy says of a failure, how many there were in a row,
 * and who is told. Used by the thread of the runner; the streak may be read by any.
 */
final class SegmentFailures {

    private final SegmentKey key;
    private final ErrorPolicy policy;
    private final SubscriptionCircuitBreaker breaker;
    private final FailureLog log;
    private final SegmentListener listener;
    private volatile Streak streak = Streak.NONE;
    private boolean permitted;
    private boolean waiting;

    SegmentFailures(
            SegmentKey key,
            ErrorPolicy policy,
            SubscriptionCircuitBreaker breaker,
            FailureLog log,
            SegmentListener listener) {
        this.key = key;
        this.policy = policy;
        this.breaker = breaker;
        this.log = log;
        this.listener = listener;
    }

    Streak streak() {
        return streak;
    }

    /** Whether an attempt may be made; asked again after the {@link #pause} otherwise. */
    boolean permit() {
        permitted = permitted || breaker.permits();
        return permitted;
    }

    Duration pause() {
        return breaker.pause();
    }

    /** The attempt that was permitted does not take place. */
    void withdraw() {
        if (permitted) {
            permitted = false;
            breaker.withdraw();
        }
    }

    /** The attempt has worked. */
    void succeeded(List<TailEvent> handled, long position) {
        permitted = false;
        policy.succeeded(
                () -> handled.stream().map(event -> event.stored().eventType()).toList());
        recovered(position);
    }

    /** The attempt has failed and is rolled back; says what to do. */
    ErrorInfo failed(List<TailEvent> attempted, Throwable failure) {
        permitted = false;
        return policy.failed(attempted.stream().map(TailEvent::stored).toList(), failure);
    }

    /** Whether it takes a while until something is handled again: whatever waits for that would wait as long. */
    static boolean pauses(ErrorInfo error) {
        return !(error.reaction() instanceof ErrorReaction.Park)
                && !(error.reaction() instanceof ErrorReaction.Retry retry
                        && retry.pause().isZero());
    }

    /** Tells of a failure after which the event is not parked. */
    void report(ErrorInfo error, long position) {
        String where = error.event() == null
                ? "behind position " + position
                : "on " + error.event().describe();
        Streak before = streak;
        streak = before.and(
                error.error(),
                "it failed %s and %s: %s".formatted(where, error.reaction().describe(), FailureText.of(error.error())),
                error.occurredAt());
        listener.failed(error);
        boolean waits = error.reaction() instanceof ErrorReaction.AwaitRecovery;
        log.failed(key, position, error, waits && !waiting);
        waiting = waits;
    }

    /** Tells of an event that is in the dead-letter queue. */
    void parked(ErrorInfo error, long entry) {
        log.parked(key, error, entry);
        listener.failed(error);
        policy.parked(Objects.requireNonNull(error.event()).position());
        streak = Streak.NONE;
        waiting = false;
    }

    /** Nothing fails any more. */
    void recovered(long position) {
        Streak before = streak;
        if (before.failures() > 0) {
            log.goesOn(key, position, before.failures());
            streak = Streak.NONE;
            waiting = false;
        }
    }

    /**
     * How often batches of a segment have failed in a row, and how.
     *
     * @param fault since when, how often and why; null while nothing fails
     */
    record Streak(SubscriptionStatus.@Nullable Fault fault) {

        static final Streak NONE = new Streak(null);

        int failures() {
            return fault == null ? 0 : fault.failures();
        }

        Streak and(Throwable failure, String reason, Instant now) {
            return new Streak(
                    fault == null
                            ? new SubscriptionStatus.Fault(now, reason, 1, failure, failure)
                            : new SubscriptionStatus.Fault(
                                    fault.since(), reason, fault.failures() + 1, fault.first(), failure));
        }
    }
}
