package io.eventsource.event;

import java.util.Set;

/**
 * How an event class is known to the store.
 *
 * @param name the name it is stored under
 * @param aliases further names under which its events are read
 * @param revision the revision that the class writes
 * @param eventClass the class
 */
public record EventTypeDescriptor(String name, Set<String> aliases, int revision, Class<?> eventClass) {

    /** Copies the aliases. */
    public EventTypeDescriptor {
        aliases = Set.copyOf(aliases);
    }
}
