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
     * What is done, for people to read.
     *
     * @return the end of a sentence whose subject is the subscription
     */
    String describe();

    /**
     * The same is tried again; a batch of several events, event by event.
     *
     * @param pause how long to wait before, possibly zero
     */
    record Retry(Duration pause) implements ErrorReaction {

        @Override
        public String describe() {
            return pause.isZero() ? "tries again" : "tries again in %d ms".formatted(pause.toMillis());
        }

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
     * @param sameCause whether it was told by events of so many different aggregates that failed in the same way, and not by the error itself
     */
    record AwaitRecovery(Duration pause, boolean open, boolean sameCause) implements ErrorReaction {

        @Override
        public String describe() {
            return "%s, tries again in %d ms%s"
                    .formatted(
                            sameCause
                                    ? "parks no more events that fail in this way for one aggregate after the other"
                                    : "parks nothing, since this does not depend on the event",
                            pause.toMillis(),
                            open ? " and reads nothing meanwhile" : "");
        }

        @Override
        public boolean willRetry() {
            return true;
        }
    }

    /** The event goes to the dead-letter queue in the transaction that moves the checkpoint past it. */
    record Park() implements ErrorReaction {

        @Override
        public String describe() {
            return "parks the event";
        }

        @Override
        public boolean willRetry() {
            return false;
        }
    }

    /** The subscription stops at the event. */
    record Stop() implements ErrorReaction {

        @Override
        public String describe() {
            return "has stopped there until it is resumed";
        }

        @Override
        public boolean willRetry() {
            return false;
        }
    }
}
