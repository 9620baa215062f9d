package io.eventsource.brokers.redis;

import io.eventsource.EventSourceException;
import java.io.Serial;

/** A stream holds as much as it may, and a consumer group still needs its oldest entries. */
public final class StreamFullException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String stream;
    private final String group;

    StreamFullException(String stream, String group, long length, long maxLength) {
        super(
                "The stream '%s' has %d entries of at most %d, and the consumer group '%s' has not read or not acknowledged the oldest. Nothing is sent to it until the group goes on. Raise max-length, start the group's consumers, or remove a group that nobody needs: XGROUP DESTROY %s %s"
                        .formatted(stream, length, maxLength, group, stream, group));
        this.stream = stream;
        this.group = group;
    }

    /**
     * The stream that is full.
     *
     * @return its key
     */
    public String stream() {
        return stream;
    }

    /**
     * The group that is behind.
     *
     * @return its name
     */
    public String group() {
        return group;
    }
}
