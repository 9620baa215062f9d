package io.eventsource.sample.order;

import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bodies of the commands. */
final class OrderRequests {

    private OrderRequests() {}

    record NewOrder(
            @NotBlank @Size(max = 100) String customerId,
            @Size(max = Order.MAX_LINES) @Nullable List<@NotNull @Valid NewLine> lines) {

        List<OrderLine> toLines() {
            return lines == null
                    ? List.of()
                    : lines.stream().map(NewLine::toLine).toList();
        }
    }

    record NewLine(
            @NotBlank @Size(max = 200) String product,
            @NotNull @Min(1) @Max(1_000_000) Integer quantity,
            @NotNull @DecimalMin("0.00") @Digits(integer = 9, fraction = 2) BigDecimal unitPrice) {

        OrderLine toLine() {
            return new OrderLine(product, quantity, unitPrice);
        }
    }

    record Shipment(@NotBlank @Size(max = 100) String trackingNumber) {}

    record Cancellation(@NotBlank @Size(max = 500) String reason) {}
}
