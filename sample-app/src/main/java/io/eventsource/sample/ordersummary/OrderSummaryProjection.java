package io.eventsource.sample.ordersummary;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.Projection;
import io.eventsource.projection.ResetHandler;
import io.eventsource.sample.order.OrderEvent.OrderCancelled;
import io.eventsource.sample.order.OrderEvent.OrderCreated;
import io.eventsource.sample.order.OrderEvent.OrderLineAdded;
import io.eventsource.sample.order.OrderEvent.OrderShipped;
import io.eventsource.sample.order.OrderLine;
import io.eventsource.sample.order.OrderStatus;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.jdbc.core.JdbcAggregateOperations;
import org.springframework.stereotype.Component;

/** Keeps a summary of each order. Plain inserts and updates are enough: each event takes effect exactly once. */
@Component
@Projection("order-summaries")
final class OrderSummaryProjection {

    private static final Logger log = LoggerFactory.getLogger(OrderSummaryProjection.class);

    private final JdbcAggregateOperations jdbc;

    OrderSummaryProjection(JdbcAggregateOperations jdbc) {
        this.jdbc = jdbc;
    }

    @EventHandler
    void on(OrderCreated created, EventEnvelope<OrderCreated> event) {
        jdbc.insert(new OrderSummary(
                event.aggregateId(),
                created.customerId(),
                OrderStatus.OPEN,
                created.lines().size(),
                OrderLine.total(created.lines()),
                event.version(),
                event.timestamp(),
                event.timestamp()));
        log.debug("Listed a new order");
    }

    @EventHandler
    void on(OrderLineAdded added, EventEnvelope<OrderLineAdded> event) {
        update(event, summary -> summary.with(added.line(), event.version(), event.timestamp()));
    }

    @EventHandler
    void onShipped(EventEnvelope<OrderShipped> event) {
        update(event, summary -> summary.with(OrderStatus.SHIPPED, event.version(), event.timestamp()));
    }

    @EventHandler
    void onCancelled(EventEnvelope<OrderCancelled> event) {
        update(event, summary -> summary.with(OrderStatus.CANCELLED, event.version(), event.timestamp()));
    }

    @ResetHandler
    void empty() {
        jdbc.deleteAll(OrderSummary.class);
    }

    private void update(EventEnvelope<?> event, UnaryOperator<OrderSummary> change) {
        OrderSummary summary = Objects.requireNonNull(
                jdbc.findById(event.aggregateId(), OrderSummary.class),
                () -> "There is no summary of order " + event.aggregateId());
        jdbc.update(change.apply(summary));
    }
}
