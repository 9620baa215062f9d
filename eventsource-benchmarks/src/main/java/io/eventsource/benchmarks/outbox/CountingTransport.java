package io.eventsource.benchmarks.outbox;

import io.eventsource.benchmarks.Tally;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.MessageTransport.SendOutcome;
import io.eventsource.outbox.OutgoingMessage;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/**
 * A broker that takes everything at once.
 *
 * @param tally counts messages
 * @param receiver told of each
 */
record CountingTransport(Tally tally, Consumer<OutgoingMessage> receiver) implements MessageTransport {

    private static final SendOutcome ACKNOWLEDGED = new SendOutcome.Acknowledged();

    CountingTransport(Tally tally) {
        this(tally, message -> {});
    }

    @Override
    public List<SendOutcome> send(List<OutgoingMessage> messages) {
        messages.forEach(receiver);
        tally.add(messages.size());
        return Collections.nCopies(messages.size(), ACKNOWLEDGED);
    }

    @Override
    public void close() {}
}
