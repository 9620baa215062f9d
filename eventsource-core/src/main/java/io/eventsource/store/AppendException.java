package io.eventsource.store;

import io.eventsource.EventSourceException;
import java.io.Serial;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An append was refused. Nothing of it is stored. */
public abstract sealed class AppendException extends EventSourceException
        permits VersionConflictException, StreamMismatchException, InvalidAppendException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String aggregateType;
    private final UUID aggregateId;

    AppendException(String aggregateType, UUID aggregateId, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.aggregateType = aggregateType;
        this.aggregateId = aggregateId;
    }

    /**
     * The type of the stream, as the caller named it.
     *
     * @return the type
     */
    public final String aggregateType() {
        return aggregateType;
    }

    /**
     * The stream.
     *
     * @return the aggregate's id
     */
    public final UUID aggregateId() {
        return aggregateId;
    }
}
