package io.eventsource.payload;

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
}
