package io.eventsource.outbox;

import io.eventsource.EventSourceException;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassification.ClassifiedError;
import io.eventsource.failure.FailureText;
import java.io.Serial;
import java.util.List;
import java.util.Objects;

/**
 * Carries messages to one broker: all that another broker needs. An implementation shows by extending
 * {@code MessageTransportContract} of {@code eventsource-test} that it keeps what is said here.
 *
 * <p>Guarantees:
 *
 * <ol>
 *   <li>Nothing is acknowledged before the broker has it, as safely as it is set up to keep anything.
 *   <li>Within one topic and key, order holds: a message leaves only when the one before it is acknowledged, or in one
 *       batch that the broker takes as a whole. When a message is refused or the broker is away, the later ones of its topic
 *       and key are not sent. Other keys are not held back by a refusal.
 *   <li>A broker that is away is told apart from a message that is refused for its own sake.
 *   <li>A message that was not acknowledged may still arrive, even after it has been repeated. A caller that repeats it before
 *       anything later of its topic and key thus keeps the order of first arrivals; receivers see some messages twice.
 *   <li>Closing releases every thread and connection of the transport's own.
 * </ol>
 *
 * <p>Thread-safe: concurrent calls must not share keys, or order between them is undefined. There is no transaction: what
 * was sent stays sent when the caller's transaction rolls back.
 */
public interface MessageTransport extends AutoCloseable {

    /**
     * Sends messages and waits until the fate of each is known, in bounded time.
     *
     * @param messages the messages in order
     * @return for each message, in the same order, what became of it
     * @throws InterruptedException when the thread is interrupted; any of the messages may have arrived
     * @throws IllegalStateException when the transport is closed
     */
    List<SendOutcome> send(List<OutgoingMessage> messages) throws InterruptedException;

    /** Ends the transport. Running calls report what they did not finish as unavailable. A second time does nothing. */
    @Override
    void close();

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

    /** A broker was away or did not answer: nothing is wrong with the message, which is sent again. */
    public static final class BrokerUnavailableException extends EventSourceException implements ClassifiedError {

        @Serial
        private static final long serialVersionUID = 1L;

        private final String destination;

        BrokerUnavailableException(String destination, OutgoingMessage message, Throwable cause) {
            super(
                    "The broker of the destination '%s' has not acknowledged the message %s for '%s' (event at position %d): %s. Nothing is lost; it is sent again."
                            .formatted(
                                    destination,
                                    message.id(),
                                    message.topic(),
                                    message.position(),
                                    FailureText.of(cause)),
                    cause);
            this.destination = destination;
        }

        /**
         * Where the message should have gone.
         *
         * @return the destination's name
         */
        public String destination() {
            return destination;
        }

        @Override
        public ErrorClassification classification() {
            return new ErrorClassification(
                    ErrorClassification.Category.INFRASTRUCTURE, ErrorClassification.Severity.HIGH);
        }
    }

    /** A broker does not take a message for its own sake, and would not take it again. */
    public static final class MessageRefusedException extends EventSourceException implements ClassifiedError {

        @Serial
        private static final long serialVersionUID = 1L;

        private final String destination;
        private final String messageId;

        MessageRefusedException(String destination, OutgoingMessage message, Throwable cause) {
            super(
                    "The destination '%s' refuses the message %s of type %s for '%s' (event at position %d): %s. Change its event's payload in the dead-letter queue, the route's mapping, or what the broker allows, and handle it again; or discard it."
                            .formatted(
                                    destination,
                                    message.id(),
                                    message.type(),
                                    message.topic(),
                                    message.position(),
                                    FailureText.of(cause)),
                    cause);
            this.destination = destination;
            this.messageId = message.id();
        }

        /**
         * Where it should have gone.
         *
         * @return the destination's name
         */
        public String destination() {
            return destination;
        }

        /**
         * Which message.
         *
         * @return the message's id
         */
        public String messageId() {
            return messageId;
        }

        @Override
        public ErrorClassification classification() {
            return new ErrorClassification(ErrorClassification.Category.PERMANENT, ErrorClassification.Severity.HIGH);
        }
    }
}
