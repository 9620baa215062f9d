package io.eventsource.sample.notifications;

import io.eventsource.event.EventType;

/** What this service wants to know of orders, under the sender's names: no class is shared, and fields of no interest are left out. */
final class OrderEvents {

    private OrderEvents() {}

    /** A customer ordered. */
    @EventType("order.created")
    record OrderCreated(String customerId) {}

    /** The order left the warehouse. */
    @EventType(value = "order.shipped", revision = 2)
    record OrderShipped(String trackingNumber) {}

    /** The order was called off. */
    @EventType("order.cancelled")
    record OrderCancelled(String reason) {}
}
