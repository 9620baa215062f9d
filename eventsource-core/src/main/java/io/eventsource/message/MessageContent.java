package io.eventsource.message;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/** A message's payload, as bytes of a declared type. Immutable; equal when type and bytes are. */
public final class MessageContent {

    /** The content type of events that pass through as the store keeps them. */
    public static final String JSON = "application/json";

    private final String contentType;
    private final byte[] bytes;

    private MessageContent(String contentType, byte[] bytes) {
        this.contentType = Objects.requireNonNull(contentType, "contentType");
        this.bytes = bytes;
    }

    /**
     * JSON.
     *
     * @param json a JSON text, not checked
     * @return the content
     */
    public static MessageContent json(String json) {
        return new MessageContent(JSON, json.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Any bytes, such as Avro or Protobuf.
     *
     * @param contentType the media type
     * @param bytes the bytes, which are copied
     * @return the content
     */
    public static MessageContent of(String contentType, byte[] bytes) {
        return new MessageContent(contentType, bytes.clone());
    }

    /**
     * The media type.
     *
     * @return the type
     */
    public String contentType() {
        return contentType;
    }

    /**
     * The bytes.
     *
     * @return a copy
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * How large the content is.
     *
     * @return the number of bytes
     */
    public int size() {
        return bytes.length;
    }

    /**
     * The bytes as UTF-8.
     *
     * @return the text
     * @throws IllegalStateException when they are no UTF-8
     */
    public String text() {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException failure) {
            throw new IllegalStateException(
                    "The %d bytes of type '%s' are no UTF-8 text".formatted(bytes.length, contentType), failure);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MessageContent content
                && contentType.equals(content.contentType)
                && Arrays.equals(bytes, content.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * contentType.hashCode() + Arrays.hashCode(bytes);
    }

    /** Type and size: payloads do not get into logs. */
    @Override
    public String toString() {
        return "%d bytes of %s".formatted(bytes.length, contentType);
    }
}
