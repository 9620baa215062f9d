package io.eventsource.event;

/**
 * A payload ready to be stored.
 *
 * @param eventType the stored name
 * @param revision the revision of the payload's shape
 * @param json the payload as JSON text
 */
public record EncodedPayload(String eventType, int revision, String json) {}
