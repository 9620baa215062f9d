package io.eventsource.sample.notifications;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.Projection;
import io.eventsource.sample.notifications.OrderEvents.OrderCancelled;
import io.eventsource.sample.notifications.OrderEvents.OrderCreated;
import io.eventsource.sample.notifications.OrderEvents.OrderShipped;
import java.time.ZoneOffset;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Keeps what customers are told. Plain inserts are enough: each message takes effect exactly once, and those of an order in its order,
 * so that the first one's customer is there when the others come.
 */
@Component
@Projection(value = "notifications", feed = "orders")
final class NotificationsProjection {

    private final JdbcClient jdbc;

    NotificationsProjection(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @EventHandler
    void on(OrderCreated created, EventEnvelope<OrderCreated> event) {
        jdbc.sql("INSERT INTO customers_of_orders (order_id, customer_id) VALUES (?, ?)")
                .params(event.aggregateId(), created.customerId())
                .update();
        tell(event, "We have received your order.");
    }

    @EventHandler
    void on(OrderShipped shipped, EventEnvelope<OrderShipped> event) {
        tell(event, "Your order is on its way: " + shipped.trackingNumber());
    }

    @EventHandler
    void on(OrderCancelled cancelled, EventEnvelope<OrderCancelled> event) {
        tell(event, "Your order was cancelled: " + cancelled.reason());
    }

    private void tell(EventEnvelope<?> event, String text) {
        int told = jdbc.sql(
                        """
                        INSERT INTO notifications (order_id, order_version, customer_id, text, happened_at)
                        SELECT order_id, ?, customer_id, ?, ? FROM customers_of_orders WHERE order_id = ?""")
                .params(event.version(), text, event.timestamp().atOffset(ZoneOffset.UTC), event.aggregateId())
                .update();
        if (told != 1) {
            throw new IllegalStateException("Nobody knows whose order " + event.aggregateId() + " is");
        }
    }
}
