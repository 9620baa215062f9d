package io.eventsource.autoconfigure.outbox;

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

    /** Delivery by somebody outside of the application who reads the rows of event_outbox. */
    static final String RELAY = "relay";

    boolean inside() {
        return transport.equals(SPRING);
    }

    boolean relayed() {
        return transport.equals(RELAY);
    }

    String name() {
        return destination.name();
    }

    String subscription() {
        return Publisher.NAME_PREFIX + destination.name();
    }
}
