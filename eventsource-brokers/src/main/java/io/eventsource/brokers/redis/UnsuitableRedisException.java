package io.eventsource.brokers.redis;

import io.eventsource.EventSourceException;
import java.io.Serial;

/** The server cannot do what is needed. */
public final class UnsuitableRedisException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    UnsuitableRedisException(String message) {
        super(message);
    }
}
