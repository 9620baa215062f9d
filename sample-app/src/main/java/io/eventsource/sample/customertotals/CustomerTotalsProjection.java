package io.eventsource.sample.customertotals;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.Projection;
import io.eventsource.projection.ResetHandler;
import io.eventsource.sample.order.OrderEvent.OrderCancelled;
import io.eventsource.sample.order.OrderEvent.OrderCreated;
import io.eventsource.sample.order.OrderEvent.OrderLineAdded;
import io.eventsource.sample.order.OrderEvent.OrderShipped;
import io.eventsource.sample.order.OrderLine;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Keeps the totals of each customer. Counting up is safe: each event takes effect exactly once. */
@Component
@Projection(value = "customer-totals", maxRetries = 3, retryDelay = "500ms")
final class CustomerTotalsProjection {

    private final CustomerTotalsRepository totals;

    CustomerTotalsProjection(CustomerTotalsRepository totals) {
        this.totals = totals;
    }

    @EventHandler
    void on(OrderCreated created, EventEnvelope<OrderCreated> event) {
        totals.countOrder(created.customerId());
        totals.addOrder(event.aggregateId(), created.customerId(), OrderLine.total(created.lines()));
    }

    @EventHandler
    void on(OrderLineAdded added, EventEnvelope<OrderLineAdded> event) {
        requireOne(totals.addToOrder(event.aggregateId(), added.line().amount()), event.aggregateId());
    }

    @EventHandler
    void onShipped(EventEnvelope<OrderShipped> event) {
        requireOne(totals.countShipment(event.aggregateId()), event.aggregateId());
    }

    @EventHandler
    void onCancelled(EventEnvelope<OrderCancelled> event) {
        requireOne(totals.countCancellation(event.aggregateId()), event.aggregateId());
    }

    @ResetHandler
    void empty() {
        totals.removeOrders();
        totals.removeTotals();
    }

    private static void requireOne(int rows, UUID orderId) {
        if (rows != 1) {
            throw new IllegalStateException("The totals know nothing of order " + orderId);
        }
    }
}
