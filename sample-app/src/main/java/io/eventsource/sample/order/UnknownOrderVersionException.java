package io.eventsource.sample.order;

import java.io.Serial;
import java.util.UUID;

/** The order has not got as far as the version asked for. */
public final class UnknownOrderVersionException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    UnknownOrderVersionException(UUID orderId, long version, long lastVersion) {
        super("The order %s has no version %d; its last is %d.".formatted(orderId, version, lastVersion));
    }
}
