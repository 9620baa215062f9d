package io.eventsource.brokers;

import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.MessageTransport.SendOutcome;
import io.eventsource.outbox.OutgoingMessage;
import java.util.List;
import java.util.function.Consumer;

/**
 * Tells whether the broker has acknowledged a batch as a whole, before the publisher is told.
 *
 * @param acknowledged gets the ids of a batch that was
 * @param failed gets the ids of a batch that was not, any of which may have arrived, and will be sent again
 */
record WatchedTransport(MessageTransport transport, Consumer<List<String>> acknowledged, Consumer<List<String>> failed)
        implements MessageTransport {

    @Override
    public List<SendOutcome> send(List<OutgoingMessage> batch) throws InterruptedException {
        boolean all = false;
        try {
            List<SendOutcome> outcomes = transport.send(batch);
            all = outcomes.stream().allMatch(SendOutcome::acknowledged);
            return outcomes;
        } finally {
            (all ? acknowledged : failed)
                    .accept(batch.stream().map(OutgoingMessage::id).toList());
        }
    }

    @Override
    public void close() {
        transport.close();
    }
}
