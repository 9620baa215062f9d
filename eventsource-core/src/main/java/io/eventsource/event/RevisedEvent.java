package io.eventsource.event;

import tools.jackson.databind.JsonNode;

/**
 * What an {@link Upcaster} makes of an event, or of a part of it.
 *
 * @param revision the type and revision that the payload has now
 * @param payload the payload
 */
public record RevisedEvent(EventRevision revision, JsonNode payload) {

    /**
     * A payload in the shape of a type and revision.
     *
     * @param eventType the type
     * @param revision the revision
     * @param payload the payload
     * @return the revised event
     */
    public static RevisedEvent of(String eventType, int revision, JsonNode payload) {
        return new RevisedEvent(new EventRevision(eventType, revision), payload);
    }
}
