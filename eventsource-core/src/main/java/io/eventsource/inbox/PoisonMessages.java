package io.eventsource.inbox;

import io.eventsource.deadletter.DeadLetterReplay.AutomaticRetry;
import io.eventsource.deadletter.MessageParking;
import io.eventsource.error.ErrorInfo;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.subscription.ErrorHandling;
import java.util.List;
import java.util.Set;

/**
 * Decides which failing messages are set aside, and keeps them. {@link #parkedKeys} and what sets aside is called in a
 * transaction on the consumer's data source, behind the inbox's record of the messages; what is written commits together with
 * it.
 */
interface PoisonMessages {

    /** What the settings say. */
    static PoisonMessages of(EventDatabase database, ErrorHandling errors, InboxConsumer.Settings settings) {
        return settings.maxRetries() == null
                ? repeatForEver()
                : deadLetters(
                        new MessageParking(database.dataSource(), database.schema()),
                        settings.maxRetries(),
                        errors.automaticRetry());
    }

    /**
     * Nothing is set aside: a message that fails is retried for ever, after growing pauses, and everything behind it in its
     * partition waits.
     *
     * @return that decision
     */
    static PoisonMessages repeatForEver() {
        return new PoisonMessages() {

            @Override
            public boolean isPoison(IncomingMessage message, ErrorInfo error) {
                return false;
            }

            @Override
            public Set<String> parkedKeys(String consumer, Set<String> keys) {
                return Set.of();
            }

            @Override
            public long park(String consumer, IncomingMessage message, ErrorInfo error) {
                throw new IllegalStateException(
                        "%s was to be set aside, but nothing keeps it".formatted(message.describe()));
            }

            @Override
            public void parkBehind(String consumer, List<IncomingMessage> messages) {
                throw new IllegalStateException(
                        "%d messages were to be set aside, but nothing keeps them".formatted(messages.size()));
            }
        };
    }

    /**
     * What fails with a permanent error, or for the last time that is allowed, goes to the dead-letter queue under the consumer's
     * name, and later messages of its key wait there behind it, until it is handled again or discarded as any dead letter.
     *
     * @param parking the queue, on the consumer's data source
     * @param maxRetries how often a message that fails is tried again before, 0 to 1,000
     * @param automaticRetry when it is handled again by itself
     * @return that decision
     */
    static PoisonMessages deadLetters(MessageParking parking, int maxRetries, AutomaticRetry automaticRetry) {
        return new ParkedMessages(parking, maxRetries, automaticRetry);
    }

    /**
     * Whether a message that has failed is to be set aside now. Called after each failure of a message that was handled on its
     * own, but for failures of the infrastructure, which are no message's fault.
     *
     * @param message the message
     * @param error what it failed by, and how often it had been tried again before in this process
     * @return true to have it set aside, false to have it retried
     */
    boolean isPoison(IncomingMessage message, ErrorInfo error);

    /**
     * Which keys have messages that are set aside: further ones must wait behind them.
     *
     * @param consumer the consumer's name
     * @param keys keys of the messages that are about to be handled
     * @return those of the keys whose messages have to be set aside unhandled
     */
    Set<String> parkedKeys(String consumer, Set<String> keys);

    /**
     * Sets a message aside that has failed.
     *
     * @param consumer the consumer's name
     * @param message the message
     * @param error why
     * @return the number that an operator finds it under, which is logged
     */
    long park(String consumer, IncomingMessage message, ErrorInfo error);

    /**
     * Sets messages aside behind others of their keys, as the last act of the transaction that handles the batch they were read
     * in. An implementation that also removes what it keeps has to lock these keys' records until the transaction ends, so that
     * nothing is set aside behind nothing.
     *
     * @param consumer the consumer's name
     * @param messages messages of keys that {@link #parkedKeys} has named in this transaction, in order
     * @throws io.eventsource.deadletter.DeadLetterParking.ParkingChangedException when one of the keys has none set aside any more; the batch is
     *     rolled back and retried
     */
    void parkBehind(String consumer, List<IncomingMessage> messages);
}
