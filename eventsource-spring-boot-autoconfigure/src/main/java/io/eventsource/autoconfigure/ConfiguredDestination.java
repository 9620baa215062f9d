package io.eventsource.autoconfigure;

import io.eventsource.outbox.Destination;
import io.eventsource.outbox.Publisher;
import io.eventsource.subscription.StartPosition;
import org.jspecify.annotations.Nullable;

/**
 * A destination, and how it is reached.
 *
 * @param destination which events leave, and as what
 * @param transport what carries them, by its name
 * @param startFrom where it begins when it is new, or null where subscriptions begin
 */
record ConfiguredDestination(Destination destination, String transport, @Nullable StartPosition startFrom) {

    /** Delivery inside the application. */
    static final String SPRING = "spring";

    String name() {
        return destination.name();
    }

    String subscription() {
        return Publisher.NAME_PREFIX + destination.name();
    }
}
