package io.eventsource.autoconfigure.projection;

import io.eventsource.autoconfigure.store.ObservationProperties;
import io.eventsource.observation.EventSourceObservations;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.HandlerInterceptor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.springframework.beans.factory.ObjectProvider;

/**
 * What goes around handlers, from the outside in: the count of their batches, the context of what they log, their
 * observation, and what the application puts there.
 */
public final class HandlerDecorators {

    private final List<HandlerInterceptor> interceptors = new ArrayList<>();
    private final List<BatchListener> batches;

    /**
     * Creates it.
     *
     * @param properties what is observed
     * @param observations observes
     * @param states the state of a subscription, by its name
     * @param own what the application puts around handlers
     * @param batches told of the batches
     */
    public HandlerDecorators(
            ObservationProperties properties,
            EventSourceObservations observations,
            UnaryOperator<String> states,
            ObjectProvider<HandlerInterceptor> own,
            ObjectProvider<BatchListener> batches) {
        if (properties.logContext()) {
            interceptors.add(new HandlerLogContext());
        }
        if (properties.handle()) {
            interceptors.add(observations.handlers(states));
        }
        own.orderedStream().forEach(interceptors::add);
        this.batches = batches.orderedStream().toList();
    }

    /**
     * Puts all of it around handlers.
     *
     * @param handlers the handlers
     * @return the decorated handlers
     */
    public EventHandlers decorate(EventHandlers handlers) {
        return CountedBatches.of(HandlerInterceptor.intercept(handlers, interceptors), batches);
    }
}
