package io.eventsource.observation;

import io.eventsource.observation.EventSourceObservations.PublishContext;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.OutgoingMessage;
import io.micrometer.observation.Observation;
import java.util.List;

/** What is sent to one destination, observed. Does not close the transport, which others may share. */
final class ObservedTransport implements MessageTransport {

    private final String destination;
    private final MessageTransport transport;
    private final EventSourceObservations observations;

    ObservedTransport(String destination, MessageTransport transport, EventSourceObservations observations) {
        this.destination = destination;
        this.transport = transport;
        this.observations = observations;
    }

    @Override
    public List<SendOutcome> send(List<OutgoingMessage> messages) throws InterruptedException {
        if (observations.idle()) {
            return transport.send(messages);
        }
        PublishContext context = new PublishContext(destination, messages);
        Observation observation = observations.of(context);
        observation.start();
        Observation.Scope scope = observation.openScope();
        try {
            List<SendOutcome> outcomes = transport.send(messages);
            context.answered(sum(outcomes));
            return outcomes;
        } catch (RuntimeException | Error | InterruptedException failure) {
            Observed.failed(observation, failure);
            throw failure;
        } finally {
            scope.close();
            observation.stop();
        }
    }

    /** What the publisher goes by: a broker that is away comes before a message that is refused. */
    private static String sum(List<SendOutcome> outcomes) {
        if (outcomes.stream().anyMatch(SendOutcome.Unavailable.class::isInstance)) {
            return "unavailable";
        }
        return outcomes.stream().allMatch(SendOutcome::acknowledged) ? "acknowledged" : "refused";
    }

    @Override
    public void close() {
        // whoever made the transport closes it
    }
}
