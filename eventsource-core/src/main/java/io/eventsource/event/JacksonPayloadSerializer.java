package io.eventsource.event;

import io.eventsource.EventSourceException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON by Jackson 3, with settings of its own: times as ISO-8601 text, unknown fields ignored, a missing or null value
 * for a primitive refused. A text field stays text whatever it looks like; {@code NaN} and the infinities are written
 * as text and read back.
 */
public final class JacksonPayloadSerializer implements PayloadSerializer {

    private final JsonMapper mapper;

    /** Creates a serializer with the library's settings. */
    public JacksonPayloadSerializer() {
        this(JsonMapper.builder()
                .disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .build());
    }

    /**
     * Creates a serializer on a mapper of the application's choice.
     *
     * @param mapper the mapper, which must go on reading what it once wrote
     */
    public JacksonPayloadSerializer(JsonMapper mapper) {
        this.mapper = mapper;
    }

    /**
     * A serializer for values that must be read back exactly or not at all: with the same settings, but a missing or an unknown
     * field is refused, and what is computed from other fields is not written.
     *
     * @return the serializer
     */
    public JacksonPayloadSerializer strict() {
        return new JacksonPayloadSerializer(mapper.rebuild()
                .enable(MapperFeature.REQUIRE_SETTERS_FOR_GETTERS)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                .build());
    }

    @Override
    public String serialize(Object value) {
        return mapper.writeValueAsString(value);
    }

    @Override
    public <T> T deserialize(String json, Class<T> type) {
        T value = mapper.readValue(json, type);
        if (value == null) {
            throw new EventSourceException("the JSON is the literal null");
        }
        return value;
    }
}
