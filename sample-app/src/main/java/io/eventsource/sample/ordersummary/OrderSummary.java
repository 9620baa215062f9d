package io.eventsource.sample.ordersummary;

import io.eventsource.sample.order.OrderLine;
import io.eventsource.sample.order.OrderStatus;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.UUID;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/**
 * A row of the list of orders.
 *
 * @param orderId the order
 * @param customerId who ordered
 * @param status where it stands
 * @param lineCount how many lines it has
 * @param total the price of all lines
 * @param version the version of the order that this row shows
 * @param createdAt when it was created
 * @param updatedAt when it last changed
 */
@Table("order_summaries")
public record OrderSummary(
        @Id UUID orderId,
        String customerId,
        OrderStatus status,
        int lineCount,
        BigDecimal total,
        long version,
        Instant createdAt,
        Instant updatedAt) {

    OrderSummary with(OrderLine line, long newVersion, Instant at) {
        return new OrderSummary(
                orderId, customerId, status, lineCount + 1, total.add(line.amount()), newVersion, createdAt, at);
    }

    OrderSummary with(OrderStatus newStatus, long newVersion, Instant at) {
        return new OrderSummary(orderId, customerId, newStatus, lineCount, total, newVersion, createdAt, at);
    }
}
