package io.eventsource.sample.order;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an order.
 *
 * @param customerId who ordered; empty before the order is created
 * @param status where it stands
 * @param lines what was ordered
 * @param trackingNumber the parcel, once it is shipped
 * @param cancellationReason why it was cancelled, if it was
 */
public record OrderState(
        String customerId,
        OrderStatus status,
        List<OrderLine> lines,
        @Nullable String trackingNumber,
        @Nullable String cancellationReason) {

    /** Copies the lines. */
    public OrderState {
        lines = List.copyOf(lines);
    }

    static OrderState initial() {
        return new OrderState("", OrderStatus.OPEN, List.of(), null, null);
    }

    OrderState created(String customer, List<OrderLine> firstLines) {
        return new OrderState(customer, OrderStatus.OPEN, firstLines, null, null);
    }

    OrderState withLine(OrderLine line) {
        List<OrderLine> more = new ArrayList<>(lines);
        more.add(line);
        return new OrderState(customerId, status, more, trackingNumber, cancellationReason);
    }

    OrderState shipped(String tracking) {
        return new OrderState(customerId, OrderStatus.SHIPPED, lines, tracking, cancellationReason);
    }

    OrderState cancelled(String reason) {
        return new OrderState(customerId, OrderStatus.CANCELLED, lines, trackingNumber, reason);
    }

    /**
     * The price of all lines.
     *
     * @return the amount with two decimals
     */
    public BigDecimal total() {
        return OrderLine.total(lines);
    }
}
