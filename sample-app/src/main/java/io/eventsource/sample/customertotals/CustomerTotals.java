package io.eventsource.sample.customertotals;

import java.math.BigDecimal;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/**
 * What a customer has ordered in all.
 *
 * @param customerId the customer
 * @param orders how many orders were created
 * @param shippedOrders how many of them were shipped
 * @param cancelledOrders how many of them were cancelled
 * @param shippedTotal the price of what was shipped
 */
@Table("customer_totals")
public record CustomerTotals(
        @Id String customerId, long orders, long shippedOrders, long cancelledOrders, BigDecimal shippedTotal) {}
