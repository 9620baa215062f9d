package io.eventsource.event;

import org.jspecify.annotations.Nullable;

/** What text may hold so that PostgreSQL takes it, as {@code text} or in {@code jsonb}, and gives it back unchanged. */
final class StorableText {

    private StorableText() {}

    /**
     * Refuses the character U+0000, which PostgreSQL text cannot hold, and unpaired surrogates, which UTF-8 cannot.
     *
     * @throws EventEncodingException naming the character and its place
     */
    static void check(String json, Class<?> eventClass) {
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c == '\\') {
                if (json.startsWith("u0000", i + 1)) {
                    throw refuse(eventClass, "the character U+0000, which PostgreSQL cannot store", i);
                }
                i++;
            } else if (Character.isSurrogate(c)) {
                if (!paired(json, i)) {
                    throw refuse(eventClass, "an unpaired surrogate, which is not text", i);
                }
                i++;
            }
        }
    }

    /**
     * Refuses the same in plain text, which the driver would otherwise store as question marks.
     *
     * @throws IllegalArgumentException naming the field
     */
    static void require(String field, @Nullable String text) {
        if (text == null) {
            return;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0 || (Character.isSurrogate(c) && !paired(text, i))) {
                throw new IllegalArgumentException(
                        "The %s holds U+0000 or an unpaired surrogate at offset %d, which PostgreSQL cannot store"
                                .formatted(field, i));
            }
            if (Character.isSurrogate(c)) {
                i++;
            }
        }
    }

    private static boolean paired(String text, int at) {
        return Character.isHighSurrogate(text.charAt(at))
                && at + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(at + 1));
    }

    private static EventEncodingException refuse(Class<?> eventClass, String what, int at) {
        return new EventEncodingException(eventClass, "its JSON holds %s, at offset %d".formatted(what, at), null);
    }
}
