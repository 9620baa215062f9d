package io.eventsource.store;

import java.io.Serial;

/** The id belongs to a stream of another aggregate type or of another tenant. */
public final class StreamMismatchException extends AppendException {

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
