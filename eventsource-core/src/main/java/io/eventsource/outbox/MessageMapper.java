package io.eventsource.outbox;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventMetadata.Field;
import io.eventsource.event.EventRegistry.EventTypeDescriptor;
import io.eventsource.event.EventSelection;
import io.eventsource.event.StoredEvent;
import io.eventsource.message.MessageAttributes;
import io.eventsource.message.MessageContent;
import io.eventsource.message.MessageHeaders;
import io.eventsource.outbox.Destination.Route;
import io.eventsource.payload.PayloadSerializer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes messages of stored events, as a {@link Destination} says. Thread-safe as far as its mappings are.
 *
 * <p>Unmapped payloads pass through undecoded, in the revision they are stored in; upcasters do not see them. Mapped events are
 * decoded: an old one that upcasters lead to the route's type leaves as that, and one that they split leaves as several messages whose
 * ids are told apart by the part's number.
 */
final class MessageMapper {

    private final Destination destination;
    private final EventCodec codec;
    private final PayloadSerializer serializer;
    private final Map<String, Route> unmapped;
    private final Map<String, Route> mapped;
    private final EventSelection mappedTypes;

    /**
     * Creates a mapper.
     *
     * @param destination which events leave, and as what
     * @param codec decodes events whose payload is mapped
     * @param serializer writes mapped payloads
     */
    MessageMapper(Destination destination, EventCodec codec, PayloadSerializer serializer) {
        this.destination = destination;
        this.codec = codec;
        this.serializer = serializer;
        this.unmapped = destination.routes().stream()
                .filter(route -> route.mapping() == null)
                .collect(Collectors.toUnmodifiableMap(Route::eventType, Function.identity()));
        this.mapped = destination.routes().stream()
                .filter(route -> route.mapping() != null)
                .collect(Collectors.toUnmodifiableMap(Route::eventType, Function.identity()));
        this.mappedTypes = codec.select(mapped.keySet());
    }

    /** As {@link Destination#storedNames}. */
    Set<String> storedNames() {
        return destination.storedNames(codec);
    }

    /**
     * Makes the messages of an event.
     *
     * @param event a stored event
     * @return its messages, most often one; none when it does not leave
     * @throws io.eventsource.event.EventDecodingException when a mapped event cannot be decoded
     * @throws RuntimeException when a mapping fails
     */
    List<OutgoingMessage> map(StoredEvent event) {
        Route route = unmappedRoute(event);
        if (route != null) {
            return List.of(message(
                    event, route, event.eventId().toString(), event.revision(), MessageContent.json(event.payload())));
        }
        if (mapped.isEmpty() || !mappedTypes.storedNames().contains(event.eventType())) {
            return List.of();
        }
        return mappedTypes.decode(event).stream()
                .map(part -> message(event, part))
                .toList();
    }

    private @Nullable Route unmappedRoute(StoredEvent event) {
        Route route = unmapped.get(event.eventType());
        if (route != null) {
            return route;
        }
        EventTypeDescriptor descriptor = codec.registry().find(event.eventType());
        return descriptor == null ? null : unmapped.get(descriptor.name());
    }

    private OutgoingMessage message(StoredEvent event, EventEnvelope<Object> part) {
        Route route = Objects.requireNonNull(mapped.get(part.eventType()), part.eventType());
        Object payload = Objects.requireNonNull(route.mapping(), "mapping").apply(part);
        String id = event.eventId() + (part.parts() == 1 ? "" : "/" + part.part());
        return message(event, route, id, route.version(), MessageContent.json(serializer.serialize(payload)));
    }

    private OutgoingMessage message(StoredEvent event, Route route, String id, int version, MessageContent content) {
        return new OutgoingMessage(
                route.topic() == null ? destination.topic() : route.topic(),
                route.key().apply(event),
                new MessageAttributes(
                        id,
                        destination.source(),
                        route.type(),
                        event.aggregateId().toString(),
                        event.timestamp()),
                content,
                headers(event, version),
                event.position());
    }

    private Map<String, String> headers(StoredEvent event, int version) {
        EventMetadata metadata = event.metadata();
        Map<String, String> leaving = new HashMap<>();
        metadata.headers().forEach((name, value) -> add(leaving, name, value));
        add(leaving, MessageHeaders.AGGREGATE_TYPE, event.aggregateType());
        add(leaving, MessageHeaders.AGGREGATE_VERSION, Long.toString(event.version()));
        add(leaving, MessageHeaders.POSITION, Long.toString(event.position()));
        for (Field field : Field.values()) {
            add(leaving, field.header(), field.of(metadata));
        }
        leaving.put(MessageHeaders.REVISION, Integer.toString(version));
        return leaving;
    }

    /** What is missing here is missing there too, also where the event has a header of its own under that name. */
    private void add(Map<String, String> leaving, String name, @Nullable String value) {
        if (value == null) {
            leaving.remove(name);
        } else if (destination.headers().contains(name)) {
            leaving.put(name, value);
        }
    }
}
