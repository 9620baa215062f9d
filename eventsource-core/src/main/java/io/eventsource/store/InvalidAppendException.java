package io.eventsource.store;

import java.io.Serial;

/**
 * An append that could never succeed: without events, with too many at once, to one stream twice, or one to several streams
 * of which only some were done before.
 */
public final class InvalidAppendException extends AppendException {

    @Serial
    private static final long serialVersionUID = 1L;

    InvalidAppendException(StreamAppend append, String message) {
        super(append.aggregateType(), append.aggregateId(), message, null);
    }
}
