package io.eventsource.event;

/** Turns events into what the store keeps and back. Thread-safe. */
public final class EventCodec {

    private final EventRegistry registry;
    private final PayloadSerializer serializer;

    /**
     * Creates a codec.
     *
     * @param registry the known event classes
     * @param serializer the JSON form of payloads
     */
    public EventCodec(EventRegistry registry, PayloadSerializer serializer) {
        this.registry = registry;
        this.serializer = serializer;
    }

    /**
     * The known event classes.
     *
     * @return the registry
     */
    public EventRegistry registry() {
        return registry;
    }

    /**
     * Encodes an event.
     *
     * @param event an instance of a registered class
     * @return name, revision and JSON
     * @throws InvalidEventTypeException when the class has no name or is not registered
     * @throws EventEncodingException when the payload cannot be written, or holds text that PostgreSQL cannot store
     */
    public EncodedPayload encode(Object event) {
        EventTypeDescriptor descriptor = registry.descriptorOf(event.getClass());
        String json;
        try {
            json = serializer.serialize(event);
        } catch (RuntimeException failure) {
            throw new EventEncodingException(event.getClass(), String.valueOf(failure.getMessage()), failure);
        }
        StorableText.check(json, event.getClass());
        return new EncodedPayload(descriptor.name(), descriptor.revision(), json);
    }

    /**
     * Decodes a stored event.
     *
     * @param event the stored event
     * @return the same event with its payload as an instance of its class
     * @throws UnknownEventTypeException when no registered class bears the stored name
     * @throws EventDecodingException when the payload does not fit the class
     */
    public EventEnvelope<Object> decode(StoredEvent event) {
        EventTypeDescriptor descriptor = registry.find(event.eventType());
        if (descriptor == null) {
            throw new UnknownEventTypeException(event, registry.names());
        }
        Object payload;
        try {
            payload = serializer.deserialize(event.payload(), descriptor.eventClass());
        } catch (RuntimeException failure) {
            throw new EventDecodingException(
                    event,
                    "its payload does not fit %s: %s"
                            .formatted(descriptor.eventClass().getName(), failure.getMessage()),
                    failure);
        }
        return new EventEnvelope<>(
                event.position(),
                event.eventId(),
                event.aggregateId(),
                event.aggregateType(),
                event.version(),
                event.eventType(),
                event.revision(),
                event.timestamp(),
                event.createdAt(),
                event.metadata(),
                payload);
    }
}
