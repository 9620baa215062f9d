package io.eventsource.outbox;

import io.eventsource.event.EventEnvelope;
import io.eventsource.event.StoredEvent;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How events of one type leave: under which name, with which key and payload.
 *
 * @param eventType the type's name in the store
 * @param type the name that receivers know, which need not be the internal one
 * @param version the version of the payload under that name, for a mapped payload; an unmapped one has the revision that it is stored in
 * @param topic the topic or stream, or null for the destination's
 * @param key what messages keep their order within
 * @param mapping makes the payload that receivers get, or null to pass the stored one through undecoded
 */
public record Route(
        String eventType,
        String type,
        int version,
        @Nullable String topic,
        Function<StoredEvent, String> key,
        @Nullable Function<EventEnvelope<Object>, Object> mapping) {

    /** Requires what is not optional. */
    public Route {
        Objects.requireNonNull(eventType, "eventType");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(key, "key");
    }

    /**
     * Events leave as they are stored, under their own name, with the aggregate's id as the key.
     *
     * @param eventType the type's name in the store
     * @return the route
     */
    public static Route unchanged(String eventType) {
        return renamed(eventType, eventType);
    }

    /**
     * Events leave as they are stored, under another name, with the aggregate's id as the key.
     *
     * @param eventType the type's name in the store
     * @param type the name that receivers know
     * @return the route
     */
    public static Route renamed(String eventType, String type) {
        return new Route(eventType, type, 1, null, event -> event.aggregateId().toString(), null);
    }

    /**
     * Events leave as something else, so that what is internal stays so, with the aggregate's id as the key.
     *
     * @param eventType the type's name in the store
     * @param eventClass its class
     * @param type the name that receivers know
     * @param version the version of the payload under that name
     * @param mapping makes the payload, which is written as JSON
     * @param <E> the event's class
     * @return the route
     */
    public static <E> Route mapped(
            String eventType, Class<E> eventClass, String type, int version, Function<? super E, ?> mapping) {
        return new Route(
                eventType,
                type,
                version,
                null,
                event -> event.aggregateId().toString(),
                event -> mapping.apply(eventClass.cast(event.payload())));
    }

    /**
     * Events leave in the shape of their class, under another name and a version of it: older ones are led there by upcasters. With the
     * aggregate's id as the key.
     *
     * @param eventType the type's name in the store, which a class is registered under
     * @param type the name that receivers know
     * @param version the version of the payload under that name
     * @return the route
     */
    public static Route current(String eventType, String type, int version) {
        return mapped(eventType, Object.class, type, version, event -> event);
    }

    /**
     * The same with a key by its name: {@code aggregate-id}, {@code aggregate-type}, {@code tenant}, or a place in the stored payload as a
     * JSON pointer, such as {@code /customer/id}. An event that has nothing there cannot leave, and is parked.
     *
     * @param newKey what messages keep their order within
     * @return a copy
     * @throws IllegalArgumentException when it is none of these
     */
    public Route withKey(String newKey) {
        return withKey(RouteKey.of(newKey));
    }

    /**
     * The same with another key.
     *
     * @param newKey what messages keep their order within
     * @return a copy
     */
    public Route withKey(Function<StoredEvent, String> newKey) {
        return new Route(eventType, type, version, topic, newKey, mapping);
    }

    /**
     * The same with a topic of its own.
     *
     * @param newTopic the topic or stream
     * @return a copy
     */
    public Route withTopic(String newTopic) {
        return new Route(eventType, type, version, newTopic, key, mapping);
    }
}
