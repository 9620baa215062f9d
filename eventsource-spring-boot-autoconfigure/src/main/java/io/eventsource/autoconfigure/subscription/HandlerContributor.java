package io.eventsource.autoconfigure.subscription;

import io.eventsource.projection.EventHandlers;
import io.eventsource.subscription.StartPosition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Contributes handlers that subscriptions drive, beside the projections of the application. */
public interface HandlerContributor {

    /**
     * Makes the handlers. Called once, when the subscriptions are made.
     *
     * @return the handlers, and where each begins
     */
    List<Contribution> contribute();

    /**
     * Handlers, and where they begin.
     *
     * @param handlers the handlers
     * @param startFrom where they begin without a checkpoint; null where subscriptions begin
     * @param startProperty the property that says so
     */
    record Contribution(EventHandlers handlers, @Nullable StartPosition startFrom, String startProperty) {}
}
