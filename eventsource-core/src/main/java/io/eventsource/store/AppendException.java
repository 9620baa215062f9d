package io.eventsource.store;

import io.eventsource.EventSourceException;
import java.io.Serial;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An append was refused. Nothing of it is stored. */
public abstract sealed class AppendException extends EventSourceException
        permits VersionConflictException,
                AppendException.StreamMismatchException,
                AppendException.InvalidAppendException {

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

    /**
     * An append that could never succeed: without events, with too many at once, to one stream twice, or one to several streams
     * of which only some were done before.
     */
    public static final class InvalidAppendException extends AppendException {

        @Serial
        private static final long serialVersionUID = 1L;

        InvalidAppendException(StreamAppend append, String message) {
            super(append.aggregateType(), append.aggregateId(), message, null);
        }
    }

    /** The id belongs to a stream of another aggregate type or of another tenant. */
    public static final class StreamMismatchException extends AppendException {

        @Serial
        private static final long serialVersionUID = 1L;

        private StreamMismatchException(StreamAppend append, String message) {
            super(append.aggregateType(), append.aggregateId(), message, null);
        }

        static StreamMismatchException type(StreamAppend append, String actual) {
            return new StreamMismatchException(
                    append,
                    "%s is a stream of type '%s', not '%s'. Aggregate ids are unique over all types: use another id."
                            .formatted(append.aggregateId(), actual, append.aggregateType()));
        }

        // does not name the other tenant: the caller may belong to this one
        static StreamMismatchException tenant(StreamAppend append) {
            return new StreamMismatchException(
                    append,
                    "%s %s does not belong to tenant %s. All events of a stream carry the tenant of its first."
                            .formatted(
                                    append.aggregateType(),
                                    append.aggregateId(),
                                    append.metadata().tenantId() == null
                                            ? "'none'"
                                            : "'" + append.metadata().tenantId() + "'"));
        }
    }
}
