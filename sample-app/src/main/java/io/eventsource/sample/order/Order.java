package io.eventsource.sample.order;

import io.eventsource.aggregate.AggregateRoot;
import io.eventsource.aggregate.AggregateType;
import io.eventsource.sample.order.OrderEvent.OrderCancelled;
import io.eventsource.sample.order.OrderEvent.OrderCreated;
import io.eventsource.sample.order.OrderEvent.OrderLineAdded;
import io.eventsource.sample.order.OrderEvent.OrderShipped;
import java.util.List;
import java.util.UUID;

/** An order: open until it is shipped or cancelled. */
@AggregateType(value = "Order", stateVersion = 1)
public final class Order extends AggregateRoot<OrderState, OrderEvent> {

    /** More lines than this make one order's events a burden on every load. */
    static final int MAX_LINES = 1_000;

    Order(UUID id) {
        super(id, OrderState.initial());
    }

    @Override
    protected OrderState evolve(OrderState state, OrderEvent event) {
        return event.applyTo(state);
    }

    /**
     * Creates the order.
     *
     * @param customerId who orders
     * @param lines what, possibly nothing yet
     * @throws IllegalOrderTransitionException when the order exists
     */
    public void create(String customerId, List<OrderLine> lines) {
        require(version() == 0 && uncommittedEvents().isEmpty(), "The order exists already.");
        requireRoomFor(lines.size());
        raise(new OrderCreated(customerId, lines));
    }

    /**
     * Adds to an open order.
     *
     * @param line what
     * @throws IllegalOrderTransitionException when the order is shipped, cancelled or full
     */
    public void addLine(OrderLine line) {
        requireOpen("nothing can be added to it");
        requireRoomFor(state().lines().size() + 1);
        raise(new OrderLineAdded(line));
    }

    /**
     * Ships an open order.
     *
     * @param trackingNumber the parcel
     * @throws IllegalOrderTransitionException when the order is empty, shipped or cancelled
     */
    public void ship(String trackingNumber) {
        requireOpen("it cannot be shipped");
        require(!state().lines().isEmpty(), "The order has no lines: there is nothing to ship.");
        raise(new OrderShipped(trackingNumber));
    }

    /**
     * Cancels an open order.
     *
     * @param reason why
     * @throws IllegalOrderTransitionException when the order is shipped or cancelled
     */
    public void cancel(String reason) {
        requireOpen("it cannot be cancelled");
        raise(new OrderCancelled(reason));
    }

    private void requireOpen(String consequence) {
        OrderStatus status = state().status();
        require(
                status == OrderStatus.OPEN,
                "The order is %s: %s.".formatted(status == OrderStatus.SHIPPED ? "shipped" : "cancelled", consequence));
    }

    private void requireRoomFor(int lines) {
        require(lines <= MAX_LINES, "An order has at most %d lines. Open another one.".formatted(MAX_LINES));
    }

    private void require(boolean allowed, String reason) {
        if (!allowed) {
            throw new IllegalOrderTransitionException(id(), state().status(), reason);
        }
    }
}
