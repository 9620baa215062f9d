package io.eventsource.error;

import java.time.Duration;

/** What is done after an error. */
public sealed interface ErrorReaction {

    /**
     * Whether the event is handled again by the subscription.
     *
     * @return whether it is, at once, after a pause, or when what is away is back
     */
    boolean willRetry();

    /**
     * The same is tried again; a batch of several events, event by event.
     *
     * @param pause how long to wait before, possibly zero
     */
    record Retry(Duration pause) implements ErrorReaction {

        @Override
        public boolean willRetry() {
            return true;
        }
    }

    /**
     * Something that every event needs is away: nothing is read until a probe may be made, and the attempt does not count. The
     * event is never parked for it.
     *
     * @param pause how long to wait before the next attempt or probe
     * @param open whether the circuit breaker is open
     */
    record AwaitRecovery(Duration pause, boolean open) implements ErrorReaction {

        @Override
        public boolean willRetry() {
            return true;
        }
    }

    /** The event goes to the dead-letter queue in the transaction that moves the checkpoint past it. */
    record Park() implements ErrorReaction {

        @Override
        public boolean willRetry() {
            return false;
        }
    }

    /** The subscription stops at the event. */
    record Stop() implements ErrorReaction {

        @Override
        public boolean willRetry() {
            return false;
        }
    }
}
