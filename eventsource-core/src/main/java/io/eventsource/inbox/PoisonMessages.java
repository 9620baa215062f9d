package io.eventsource.inbox;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which failing messages are set aside, and keeps them. All methods are called in a transaction on the consumer's
 * data source; what {@link #park} writes commits together with the inbox's record of the message, behind which the broker's
 * place moves on.
 */
public interface PoisonMessages {

    /**
     * Nothing is set aside: a message that fails is repeated for ever, after growing pauses, and everything behind it in its
     * lane waits.
     *
     * @return that decision
     */
    static PoisonMessages repeatForEver() {
        return new PoisonMessages() {

            @Override
            public Set<String> parkedKeys(String consumer, Set<String> keys) {
                return Set.of();
            }

            @Override
            public boolean isPoison(String consumer, IncomingMessage message, Throwable failure, int attempts) {
                return false;
            }

            @Override
            public void park(String consumer, IncomingMessage message, @Nullable Throwable failure) {
                throw new IllegalStateException(
                        "%s was to be set aside, but nothing keeps it".formatted(message.describe()));
            }
        };
    }

    /**
     * Which keys have messages that are set aside: further ones must wait behind them. An implementation that also removes
     * what it keeps has to lock these keys' records until the transaction ends, so that nothing is set aside behind nothing.
     *
     * @param consumer the consumer's name
     * @param keys keys of the messages that are about to be handled
     * @return those of the keys whose messages have to be set aside unhandled
     */
    Set<String> parkedKeys(String consumer, Set<String> keys);

    /**
     * Whether a message that has failed is to be set aside now. Called after each failure of a message that was handled on its
     * own.
     *
     * @param consumer the consumer's name
     * @param message the message
     * @param failure the last failure
     * @param attempts how often it has failed on its own, in this process and in a row
     * @return true to have it set aside, false to have it repeated
     */
    boolean isPoison(String consumer, IncomingMessage message, Throwable failure, int attempts);

    /**
     * Sets a message aside.
     *
     * @param consumer the consumer's name
     * @param message the message
     * @param failure why, or null when it waits behind another of its key
     */
    void park(String consumer, IncomingMessage message, @Nullable Throwable failure);
}
