package io.eventsource.payload;

import org.jspecify.annotations.Nullable;

/** How large a JSON text becomes in PostgreSQL. Asked for large texts only. */
final class JsonSize {

    /** An entry of a container takes 4 bytes, a number 8 and up, both with padding. */
    private static final int ENTRY = 16;

    private JsonSize() {}

    /**
     * Says what is too large, or null. Bytes are counted rather too high.
     *
     * @param expansion by how many characters the numbers grow
     */
    static @Nullable String problem(String json, long expansion) {
        long bytes = 0;
        long entries = 0;
        boolean text = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
            if (text && c == '\\') {
                i++;
                bytes++;
            } else if (c == '"') {
                text = !text;
            } else if (!text && (c == ',' || c == ':' || c == '[' || c == '{')) {
                entries++;
            }
        }
        long printed = bytes + entries + expansion;
        long kept = bytes + entries * ENTRY;
        if (printed > StoredJson.MAX_BYTES || kept > StoredJson.MAX_BYTES) {
            return "%d bytes as PostgreSQL prints it and up to %d as it keeps it, the limit of one value is %d"
                    .formatted(printed, kept, StoredJson.MAX_BYTES);
        }
        return null;
    }
}
