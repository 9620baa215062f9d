package io.eventsource.event;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who caused an event, on whose behalf, and what else travels with it. Immutable.
 *
 * @param tenantId the tenant that owns the stream; all events of a stream carry the same tenant
 * @param actorId the user or system that issued the command
 * @param correlationId shared by everything that one outside request caused
 * @param causationId the id of the event or command that caused this event directly
 * @param headers further text values by name, stored as one JSON object; neither names nor values may be null
 */
public record EventMetadata(
        @Nullable String tenantId,
        @Nullable String actorId,
        @Nullable String correlationId,
        @Nullable String causationId,
        Map<String, String> headers) {

    private static final EventMetadata NONE = new EventMetadata(null, null, null, null, Map.of());

    /**
     * Copies the headers.
     *
     * @throws IllegalArgumentException when a text holds U+0000 or an unpaired surrogate, which PostgreSQL cannot store
     */
    public EventMetadata {
        StorableText.require("tenantId", tenantId);
        StorableText.require("actorId", actorId);
        StorableText.require("correlationId", correlationId);
        StorableText.require("causationId", causationId);
        headers = Map.copyOf(headers);
        headers.forEach((name, value) -> {
            StorableText.require("name of the header " + name, name);
            StorableText.require("value of the header " + name, value);
        });
    }

    /**
     * Metadata that says nothing.
     *
     * @return metadata without tenant, actor, correlation, causation and headers
     */
    public static EventMetadata none() {
        return NONE;
    }

    /**
     * These metadata with another tenant.
     *
     * @param tenantId the tenant, or none
     * @return a copy
     */
    public EventMetadata withTenantId(@Nullable String tenantId) {
        return new EventMetadata(tenantId, actorId, correlationId, causationId, headers);
    }

    /**
     * These metadata with another actor.
     *
     * @param actorId the actor, or none
     * @return a copy
     */
    public EventMetadata withActorId(@Nullable String actorId) {
        return new EventMetadata(tenantId, actorId, correlationId, causationId, headers);
    }

    /**
     * These metadata with another correlation id.
     *
     * @param correlationId the correlation id, or none
     * @return a copy
     */
    public EventMetadata withCorrelationId(@Nullable String correlationId) {
        return new EventMetadata(tenantId, actorId, correlationId, causationId, headers);
    }

    /**
     * These metadata with another causation id.
     *
     * @param causationId the causation id, or none
     * @return a copy
     */
    public EventMetadata withCausationId(@Nullable String causationId) {
        return new EventMetadata(tenantId, actorId, correlationId, causationId, headers);
    }

    /**
     * These metadata with one more header.
     *
     * @param name the header's name
     * @param value the header's value, which replaces an earlier one of that name
     * @return a copy
     */
    public EventMetadata withHeader(String name, String value) {
        Map<String, String> copy = new LinkedHashMap<>(headers);
        copy.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
        return new EventMetadata(tenantId, actorId, correlationId, causationId, copy);
    }

    /**
     * These metadata with what they do not say taken from others: each empty field, and each header that is not here.
     *
     * @param defaults what holds where these metadata say nothing
     * @return these metadata when there is nothing to take, otherwise a copy
     */
    public EventMetadata withDefaults(EventMetadata defaults) {
        if (defaults.equals(NONE)) {
            return this;
        }
        Map<String, String> merged = new LinkedHashMap<>(defaults.headers);
        merged.putAll(headers);
        return new EventMetadata(
                tenantId == null ? defaults.tenantId : tenantId,
                actorId == null ? defaults.actorId : actorId,
                correlationId == null ? defaults.correlationId : correlationId,
                causationId == null ? defaults.causationId : causationId,
                merged);
    }
}
