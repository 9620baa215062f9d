package io.eventsource.event;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who caused an event, on whose behalf, and what else travels with it. Immutable.
 *
 * <p>What stores, sends, shows or passes on metadata goes through all of its {@linkplain Field fields}. A further one is named in this file only.
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

    /**
     * A text that has a column of its own, in the order of the columns. The constant in lower case is the name of the column, in the log and in the
     * dead-letter queue.
     */
    public enum Field {
        /** The tenant, which is the stream's. The others belong to each event. */
        TENANT_ID(EventMetadata::tenantId, true),
        /** The actor. */
        ACTOR_ID(EventMetadata::actorId, true),
        /** The correlation id. */
        CORRELATION_ID(EventMetadata::correlationId, true),
        /** The causation id. */
        CAUSATION_ID(EventMetadata::causationId, false);

        private final String column = name().toLowerCase(Locale.ROOT);
        private final String header = column.replace("_", "");

        @SuppressWarnings("ImmutableEnumChecker") // only references to accessors
        private final Function<EventMetadata, @Nullable String> value;

        private final boolean passedOn;

        Field(Function<EventMetadata, @Nullable String> value, boolean passedOn) {
            this.value = value;
            this.passedOn = passedOn;
        }

        /**
         * Reads it.
         *
         * @param metadata the metadata
         * @return its value, or null
         */
        public @Nullable String of(EventMetadata metadata) {
            return value.apply(metadata);
        }

        /**
         * The name of its column.
         *
         * @return a name such as {@code actor_id}
         */
        public String column() {
            return column;
        }

        /**
         * The name of its header in messages.
         *
         * @return a name such as {@code actorid}
         */
        public String header() {
            return header;
        }

        /**
         * Whether events that an event causes have the same value.
         *
         * @return whether it is passed on
         */
        public boolean passedOn() {
            return passedOn;
        }
    }

    private static final EventMetadata NONE = of(field -> null, Map.of());

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
     * Metadata with a value for each field.
     *
     * @param values gives the value of a field, or null
     * @param headers further texts by name
     * @return the metadata
     */
    public static EventMetadata of(Function<Field, @Nullable String> values, Map<String, String> headers) {
        return new EventMetadata(
                values.apply(Field.TENANT_ID),
                values.apply(Field.ACTOR_ID),
                values.apply(Field.CORRELATION_ID),
                values.apply(Field.CAUSATION_ID),
                headers);
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
        return with(Field.TENANT_ID, tenantId);
    }

    /**
     * These metadata with another actor.
     *
     * @param actorId the actor, or none
     * @return a copy
     */
    public EventMetadata withActorId(@Nullable String actorId) {
        return with(Field.ACTOR_ID, actorId);
    }

    /**
     * These metadata with another correlation id.
     *
     * @param correlationId the correlation id, or none
     * @return a copy
     */
    public EventMetadata withCorrelationId(@Nullable String correlationId) {
        return with(Field.CORRELATION_ID, correlationId);
    }

    /**
     * These metadata with another causation id.
     *
     * @param causationId the causation id, or none
     * @return a copy
     */
    public EventMetadata withCausationId(@Nullable String causationId) {
        return with(Field.CAUSATION_ID, causationId);
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
        return of(field -> field.of(this), copy);
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
        return of(field -> field.of(this) == null ? field.of(defaults) : field.of(this), merged);
    }

    private EventMetadata with(Field changed, @Nullable String value) {
        return of(field -> field == changed ? value : field.of(this), headers);
    }
}
