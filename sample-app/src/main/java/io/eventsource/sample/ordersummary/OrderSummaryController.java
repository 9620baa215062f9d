package io.eventsource.sample.ordersummary;

import io.eventsource.sample.order.OrderStatus;
import io.eventsource.subscription.SubscriptionWaits;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.Sort;
import org.springframework.data.jdbc.core.JdbcAggregateOperations;
import org.springframework.data.relational.core.query.Criteria;
import org.springframework.data.relational.core.query.Query;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The list of orders, newest first. */
@RestController
@RequestMapping("/order-summaries")
final class OrderSummaryController {

    private static final Sort NEWEST_FIRST = Sort.by(Sort.Order.desc("createdAt"), Sort.Order.asc("orderId"));

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final JdbcAggregateOperations jdbc;
    private final ObjectProvider<SubscriptionWaits> subscriptions;

    OrderSummaryController(JdbcAggregateOperations jdbc, ObjectProvider<SubscriptionWaits> subscriptions) {
        this.jdbc = jdbc;
        this.subscriptions = subscriptions;
    }

    /** One page of the list. */
    record OrderSummaryPage(List<OrderSummary> items, int page, int size, long totalItems, long totalPages) {}

    /**
     * A page of the list. With {@code upToDate} it shows everything that was committed before the request, at the price of
     * waiting for it: who has just placed an order finds it.
     */
    @GetMapping
    OrderSummaryPage list(
            @RequestParam(required = false) @Nullable String customerId,
            @RequestParam(required = false) @Nullable OrderStatus status,
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int page,
            @RequestParam(defaultValue = "20") @Min(1) @Max(1_000) int size,
            @RequestParam(defaultValue = "false") boolean upToDate)
            throws InterruptedException {
        if (upToDate) {
            awaitCurrent();
        }
        Criteria criteria = criteria(customerId, status);
        List<OrderSummary> items =
                jdbc.findAll(Query.query(criteria).with(PageRequest.of(page, size, NEWEST_FIRST)), OrderSummary.class);
        long total = jdbc.count(Query.query(criteria), OrderSummary.class);
        return new OrderSummaryPage(items, page, size, total, (total + size - 1) / size);
    }

    private void awaitCurrent() throws InterruptedException {
        SubscriptionWaits manager = subscriptions.getIfAvailable();
        if (manager == null || !manager.awaitCurrent("order-summaries", PATIENCE)) {
            throw new ResponseStatusException(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "The list of orders is not up to date. Ask again, or without upToDate.");
        }
    }

    private static Criteria criteria(@Nullable String customerId, @Nullable OrderStatus status) {
        Criteria criteria = Criteria.empty();
        if (customerId != null) {
            criteria = criteria.and("customerId").is(customerId);
        }
        return status == null ? criteria : criteria.and("status").is(status);
    }
}
