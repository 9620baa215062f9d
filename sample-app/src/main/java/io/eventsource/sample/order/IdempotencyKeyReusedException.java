package io.eventsource.sample.order;

import java.io.Serial;
import java.util.UUID;

/** The idempotency key of one order came with the content of another. */
public final class IdempotencyKeyReusedException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    IdempotencyKeyReusedException(UUID key) {
        super("The Idempotency-Key %s was used for an order with other content. Use a new key for a new order."
                .formatted(key));
    }
}
