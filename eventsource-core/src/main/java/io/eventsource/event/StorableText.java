package io.eventsource.event;

/** What JSON text may hold so that PostgreSQL's {@code jsonb} takes it and gives it back unchanged. */
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
                boolean paired = Character.isHighSurrogate(c)
                        && i + 1 < json.length()
                        && Character.isLowSurrogate(json.charAt(i + 1));
                if (!paired) {
                    throw refuse(eventClass, "an unpaired surrogate, which is not text", i);
                }
                i++;
            }
        }
    }

    private static EventEncodingException refuse(Class<?> eventClass, String what, int at) {
        return new EventEncodingException(eventClass, "its JSON holds %s, at offset %d".formatted(what, at), null);
    }
}
