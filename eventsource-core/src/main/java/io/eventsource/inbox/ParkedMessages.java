package io.eventsource.inbox;

import io.eventsource.deadletter.DeadLetter;
import io.eventsource.deadletter.DeadLetterReplay.AutomaticRetry;
import io.eventsource.deadletter.MessageParking;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorInfo;
import java.util.List;
import java.util.Set;

/** Keeps messages in the dead-letter queue. */
final class ParkedMessages implements PoisonMessages {

    private final MessageParking parking;
    private final int maxRetries;
    private final AutomaticRetry automaticRetry;

    ParkedMessages(MessageParking parking, int maxRetries, AutomaticRetry automaticRetry) {
        this.parking = parking;
        this.maxRetries = maxRetries;
        this.automaticRetry = automaticRetry;
    }

    @Override
    public boolean isPoison(IncomingMessage message, ErrorInfo error) {
        return error.category() == ErrorClassification.Category.PERMANENT || error.retryCount() >= maxRetries;
    }

    @Override
    public Set<String> parkedKeys(String consumer, Set<String> keys) {
        return parking.among(consumer, keys);
    }

    @Override
    public long park(String consumer, IncomingMessage message, ErrorInfo error) {
        return parking.park(consumer, letter(message), error, automaticRetry.next(0));
    }

    @Override
    public void parkBehind(String consumer, List<IncomingMessage> messages) {
        parking.parkBehind(
                consumer, messages.stream().map(ParkedMessages::letter).toList());
    }

    private static MessageParking.Letter letter(IncomingMessage message) {
        return new MessageParking.Letter(
                MessageDecoder.describe(message),
                message.content(),
                new DeadLetter.Message(
                        message.source(), message.id(), message.key(), message.partition(), message.place()));
    }
}
