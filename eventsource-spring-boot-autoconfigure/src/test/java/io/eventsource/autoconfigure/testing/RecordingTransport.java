package io.eventsource.autoconfigure.testing;

import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.MessageTransport.SendOutcome;
import io.eventsource.outbox.OutgoingMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** A transport as an application may have one of its own: it keeps what is sent, and refuses or is away as a test wants. */
public final class RecordingTransport implements MessageTransport {

    public final List<OutgoingMessage> sent = new CopyOnWriteArrayList<>();
    public volatile Predicate<OutgoingMessage> refusing = message -> false;
    public volatile boolean away;
    public volatile boolean closed;

    @Override
    public List<SendOutcome> send(List<OutgoingMessage> messages) {
        List<SendOutcome> outcomes = new ArrayList<>();
        for (OutgoingMessage message : messages) {
            if (closed) {
                throw new IllegalStateException("closed");
            } else if (away) {
                outcomes.add(new SendOutcome.Unavailable(new IOException("nobody answers")));
            } else if (refusing.test(message)) {
                outcomes.add(new SendOutcome.Refused(new IOException("too large")));
            } else {
                sent.add(message);
                outcomes.add(new SendOutcome.Acknowledged());
            }
        }
        return outcomes;
    }

    @Override
    public void close() {
        closed = true;
    }
}
