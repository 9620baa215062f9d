package io.eventsource.sample.order;

import io.eventsource.event.EventType;
import java.util.List;

/** Something that happened to an order. */
public sealed interface OrderEvent {

    /**
     * Folds this event into a state.
     *
     * @param state the state before
     * @return the state after
     */
    OrderState applyTo(OrderState state);

    /**
     * A customer ordered.
     *
     * @param customerId who
     * @param lines what, possibly nothing yet
     */
    @EventType("order.created")
    record OrderCreated(String customerId, List<OrderLine> lines) implements OrderEvent {

        /** Copies the lines. */
        public OrderCreated {
            lines = List.copyOf(lines);
        }

        @Override
        public OrderState applyTo(OrderState state) {
            return state.created(customerId, lines);
        }
    }

    /**
     * Something was added to the order.
     *
     * @param line what
     */
    @EventType("order.line-added")
    record OrderLineAdded(OrderLine line) implements OrderEvent {

        @Override
        public OrderState applyTo(OrderState state) {
            return state.withLine(line);
        }
    }

    /**
     * The order left the warehouse. {@link OrderUpcasters} read revision 1.
     *
     * @param trackingNumber the parcel
     */
    @EventType(value = "order.shipped", revision = 2)
    record OrderShipped(String trackingNumber) implements OrderEvent {

        @Override
        public OrderState applyTo(OrderState state) {
            return state.shipped(trackingNumber);
        }
    }

    /**
     * The order was called off.
     *
     * @param reason why
     */
    @EventType("order.cancelled")
    record OrderCancelled(String reason) implements OrderEvent {

        @Override
        public OrderState applyTo(OrderState state) {
            return state.cancelled(reason);
        }
    }
}
