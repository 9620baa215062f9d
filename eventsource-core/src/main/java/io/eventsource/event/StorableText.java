package io.eventsource.event;

import org.jspecify.annotations.Nullable;

/** What plain text may hold so that PostgreSQL takes it and gives it back unchanged. */
final class StorableText {

    private StorableText() {}

    /**
     * Refuses the character U+0000, which PostgreSQL text cannot hold, and unpaired surrogates, which the driver would
     * store as question marks.
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
}
