package io.eventsource.sample.order;

import java.io.Serial;
import java.util.UUID;

/** The order is not in a state in which this can be done. */
public final class IllegalOrderTransitionException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final UUID orderId;
    private final OrderStatus status;

    IllegalOrderTransitionException(UUID orderId, OrderStatus status, String reason) {
        super(reason);
        this.orderId = orderId;
        this.status = status;
    }

    /**
     * Which order.
     *
     * @return the order's id
     */
    public UUID orderId() {
        return orderId;
    }

    /**
     * Where the order stands.
     *
     * @return its status
     */
    public OrderStatus status() {
        return status;
    }
}
