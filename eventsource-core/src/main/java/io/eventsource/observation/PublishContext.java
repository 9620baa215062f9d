package io.eventsource.observation;

import io.eventsource.outbox.OutgoingMessage;
import io.micrometer.observation.Observation;
import java.util.List;

/** Messages that are sent to a broker. */
public final class PublishContext extends Observation.Context {

    private final String destination;
    private final List<OutgoingMessage> messages;
    private String outcome = "failed";

    PublishContext(String destination, List<OutgoingMessage> messages) {
        this.destination = destination;
        this.messages = List.copyOf(messages);
    }

    /**
     * Where they go.
     *
     * @return the name of the destination
     */
    public String destination() {
        return destination;
    }

    /**
     * What is sent.
     *
     * @return the messages in order
     */
    public List<OutgoingMessage> messages() {
        return messages;
    }

    /**
     * What became of them.
     *
     * @return {@code acknowledged} when the broker has all of them, {@code refused} or {@code unavailable} when it has not for that reason,
     *     {@code failed} before the answer and when there is none
     */
    public String outcome() {
        return outcome;
    }

    void answered(String newOutcome) {
        outcome = newOutcome;
    }
}
