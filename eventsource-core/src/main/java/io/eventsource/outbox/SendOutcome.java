package io.eventsource.outbox;

import java.util.Objects;

/** What became of a message that was given to a {@link MessageTransport}. */
public sealed interface SendOutcome {

    /**
     * Whether the broker has the message, as safely as it keeps anything.
     *
     * @return whether it is acknowledged
     */
    default boolean acknowledged() {
        return this instanceof Acknowledged;
    }

    /** The broker has it. */
    record Acknowledged() implements SendOutcome {}

    /**
     * It is the message's own fault: sent again unchanged, it is refused again. The broker does not have it.
     *
     * @param cause what the broker or its client said, such as that it is too large
     */
    record Refused(Throwable cause) implements SendOutcome {

        /** Requires the cause. */
        public Refused {
            Objects.requireNonNull(cause, "cause");
        }
    }

    /**
     * The broker was away, or did not answer in time, or does not take anything at the moment. It may have the message
     * nevertheless.
     *
     * @param cause what the broker's client said
     */
    record Unavailable(Throwable cause) implements SendOutcome {

        /** Requires the cause. */
        public Unavailable {
            Objects.requireNonNull(cause, "cause");
        }
    }

    /** It has not been sent, because an earlier one of its topic and key was not acknowledged, or the broker is away. */
    record HeldBack() implements SendOutcome {}
}
