package io.eventsource.sample.order;

import java.math.BigDecimal;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An order as the API shows it. */
record OrderView(
        UUID orderId,
        long version,
        String customerId,
        OrderStatus status,
        List<OrderLine> lines,
        BigDecimal total,
        @Nullable String trackingNumber,
        @Nullable String cancellationReason) {

    static OrderView of(Order order) {
        OrderState state = order.state();
        return new OrderView(
                order.id(),
                order.version(),
                state.customerId(),
                state.status(),
                state.lines(),
                state.total(),
                state.trackingNumber(),
                state.cancellationReason());
    }
}
