package io.eventsource.payload;

import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/**
 * Turns payloads into JSON and back. Implementations are thread-safe and do not depend on the application's own JSON
 * settings: what is stored today is read for years.
 */
public interface PayloadSerializer {

    /**
     * Writes a value as JSON.
     *
     * @param value the value
     * @return JSON text
     * @throws RuntimeException when the value cannot be written
     */
    String serialize(Object value);

    /**
     * Reads a value from JSON.
     *
     * @param json JSON text
     * @param type the value's class
     * @param <T> the value's type
     * @return the value, never null
     * @throws RuntimeException when the text does not describe such a value
     */
    <T> T deserialize(String json, Class<T> type);

    /**
     * A serializer for values that must be read back exactly or not at all. That of the library then refuses a missing or an
     * unknown field, and does not write what is computed from other fields.
     *
     * @return the stricter form; this one where there is none
     */
    default PayloadSerializer strict() {
        return this;
    }

    /**
     * JSON by Jackson 3, with settings of its own: times as ISO-8601 text, with their zone where they have one, unknown fields
     * ignored, a missing or null value for a primitive refused. A text field stays text whatever it looks like; {@code NaN} and
     * the infinities are written as text and read back, and so are {@code -0.0} and decimals with a negative scale, which
     * PostgreSQL would give back as others. Whatever PostgreSQL gives back can be read, however long.
     *
     * @param customizers what the application adds to the settings, in this order
     * @return the library's serializer
     */
    static PayloadSerializer json(EventJsonCustomizer... customizers) {
        return new JacksonPayloadSerializer(List.of(customizers));
    }

    /**
     * JSON by Jackson 3, on a mapper of the application's choice.
     *
     * @param mapper the mapper, which must go on reading what it once wrote
     * @return the library's serializer on this mapper
     */
    static PayloadSerializer json(JsonMapper mapper) {
        return new JacksonPayloadSerializer(mapper);
    }
}
