package io.eventsource.event;

/**
 * How an event class is known to the store.
 *
 * @param name the stored name
 * @param revision the revision that the class writes
 * @param eventClass the class
 */
public record EventTypeDescriptor(String name, int revision, Class<?> eventClass) {}
