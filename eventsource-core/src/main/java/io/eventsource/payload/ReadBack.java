package io.eventsource.payload;

import org.jspecify.annotations.Nullable;

/** Values on their way through the store and back. */
final class ReadBack {

    private ReadBack() {}

    /**
     * A JSON text as PostgreSQL gives it back from the database.
     *
     * @param json JSON text
     * @return with names in PostgreSQL's order, and numbers without exponents and without the sign of zero
     * @throws tools.jackson.core.JacksonException when it is no JSON, or an object has a name twice
     */
    public static String asStored(String json) {
        return JsonbForm.of(json);
    }

    /**
     * Where two values differ. They are equal when {@code equals} says so, or when all that they hold is equal, but for
     * components that are {@link Unproven}; JSON trees when they have the same digits.
     *
     * @param value a value
     * @param back another
     * @return the component, empty for the value itself, or null when they are equal
     */
    public static @Nullable String difference(Object value, Object back) {
        return Equality.difference(value, back);
    }
}
