package io.eventsource.subscription;

import io.eventsource.error.SameCause;
import io.eventsource.time.Clocks.Ticker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.StateTransition;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a subscription from reading while what every event needs is away. After some failures in a row it opens; when it has
 * been open for a while, one attempt is let through, the probe: if that succeeds it closes, otherwise it is open for twice as
 * long. It never makes anything pass over an event: the subscription goes on where it was. Shared by the segments of a
 * subscription; thread-safe.
 */
final class SubscriptionCircuitBreaker {

    private static final Logger log = LoggerFactory.getLogger(SubscriptionCircuitBreaker.class);

    private final String subscription;
    private final SubscriptionSettings.CircuitBreaker settings;
    private final Ticker ticker;
    private final CircuitBreaker breaker;
    private final SameCause sameCause;

    private volatile long openUntil;
    private int openings;

    /**
     * Creates a closed one.
     *
     * @param subscription whose it is
     * @param settings when it opens
     * @param ticker measures how long it has been open
     */
    SubscriptionCircuitBreaker(String subscription, SubscriptionSettings.CircuitBreaker settings, Ticker ticker) {
        this.subscription = subscription;
        this.settings = settings;
        this.ticker = ticker;
        this.openUntil = ticker.nanos();
        this.sameCause = new SameCause(settings.sameCauseThreshold());
        this.breaker = CircuitBreaker.of(
                subscription,
                CircuitBreakerConfig.custom()
                        .slidingWindowType(SlidingWindowType.COUNT_BASED)
                        .slidingWindowSize(settings.failureThreshold())
                        .minimumNumberOfCalls(settings.failureThreshold())
                        .failureRateThreshold(100)
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .waitIntervalFunctionInOpenState(
                                opening -> interval(opening).toMillis())
                        .writableStackTraceEnabled(false)
                        .clock(new TickerClock(ticker))
                        .build());
        if (!settings.enabled()) {
            breaker.transitionToDisabledState();
        }
        breaker.getEventPublisher().onStateTransition(event -> changed(event.getStateTransition()));
    }

    private Duration interval(int opening) {
        Duration doubled = settings.openFor().multipliedBy(1L << Math.min(opening - 1, Integer.SIZE - 1));
        return doubled.compareTo(settings.maxOpenFor()) < 0 ? doubled : settings.maxOpenFor();
    }

    private synchronized void changed(StateTransition transition) {
        if (transition.getToState() == State.OPEN) {
            openings = transition.getFromState() == State.HALF_OPEN ? openings + 1 : 1;
            Duration pause = interval(openings);
            // a probe is let through later than at the end of the pause, not at it
            openUntil = ticker.nanos() + pause.plusMillis(1).toNanos();
            if (openings == 1) {
                log.warn(
                        "'{}' reads nothing for {} after {} failures in a row of what every event needs",
                        subscription,
                        pause,
                        settings.failureThreshold());
            }
        } else if (transition.getToState() == State.CLOSED) {
            log.info("'{}' reads again, {} probes were needed", subscription, openings);
        }
    }

    /**
     * Asks for permission to read and handle a batch. Whoever gets it must call {@link #succeeded}, {@link #failed} or
     * {@link #withdraw} afterwards.
     *
     * @return whether to go ahead; otherwise ask again after {@link #pause}
     */
    boolean permits() {
        return breaker.tryAcquirePermission();
    }

    /**
     * How long to wait before asking again.
     *
     * @return the time until the next probe, 1 ms or more
     */
    Duration pause() {
        Duration left = Duration.ofNanos(openUntil - ticker.nanos());
        Duration least = Duration.ofMillis(1);
        return left.compareTo(least) < 0 ? least : left;
    }

    /**
     * Tells a fault that every event meets from events that are at fault.
     *
     * @return what the segments of the subscription remember together
     */
    SameCause sameCause() {
        return sameCause;
    }

    /** What was permitted has worked. */
    void succeeded() {
        breaker.onSuccess(0, TimeUnit.NANOSECONDS);
    }

    /**
     * What was permitted has failed because something that every event needs is away.
     *
     * @param error what was thrown
     */
    void failed(Throwable error) {
        breaker.onError(0, TimeUnit.NANOSECONDS, error);
    }

    /** What was permitted did not take place, or failed in a way that says nothing of what every event needs. */
    void withdraw() {
        breaker.releasePermission();
    }

    /**
     * Whether nothing is read, or only a probe.
     *
     * @return whether it is open or half open
     */
    boolean open() {
        State state = breaker.getState();
        return state == State.OPEN || state == State.HALF_OPEN;
    }

    /** A ticker for those who take a clock and only measure by it. It begins at the epoch, and nobody sets it. */
    private static final class TickerClock extends Clock {

        private final Ticker ticker;
        private final long begin;

        private TickerClock(Ticker ticker) {
            this.ticker = ticker;
            this.begin = ticker.nanos();
        }

        @Override
        public Instant instant() {
            return Instant.EPOCH.plus(ticker.since(begin));
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException("A ticker has no time zone, but %s was asked for".formatted(zone));
        }
    }
}
