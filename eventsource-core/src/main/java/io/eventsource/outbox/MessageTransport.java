package io.eventsource.outbox;

import java.util.List;

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
}
