package io.eventsource.sample.ordersummary;

import io.eventsource.sample.order.OrderStatus;
import io.eventsource.sample.problem.StorableText;
import io.eventsource.subscription.SubscriptionWaits;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Positive;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.Sort;
import org.springframework.data.jdbc.core.JdbcAggregateOperations;
import org.springframework.data.relational.core.query.Criteria;
import org.springframework.data.relational.core.query.Query;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
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
            @RequestParam(required = false) @StorableText @Nullable String customerId,
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

    /**
     * The summary of an order. With {@code minVersion} it shows the order at that version or a later one: who has just sent a command
     * takes the version from the {@code ETag} of its answer. The client says by {@code Prefer: wait=5} for how many seconds it would
     * wait; when they are over, the answer is 503 with {@code Retry-After}.
     */
    @GetMapping("/{id}")
    ResponseEntity<OrderSummary> get(
            @PathVariable UUID id,
            @RequestParam(required = false) @Positive @Nullable Long minVersion,
            @RequestHeader(name = "Prefer", required = false) @Nullable String prefer)
            throws InterruptedException {
        WaitPreference wait = WaitPreference.of(prefer);
        if (minVersion != null) {
            awaitVersion(id, minVersion, wait);
        }
        OrderSummary summary = jdbc.findById(id, OrderSummary.class);
        if (summary == null) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no summary of order " + id + ".");
        }
        ResponseEntity.BodyBuilder response = ResponseEntity.ok().eTag("\"" + summary.version() + "\"");
        if (minVersion != null && wait.stated()) {
            response.header("Preference-Applied", wait.toString());
        }
        return response.body(summary);
    }

    private void awaitVersion(UUID id, long version, WaitPreference wait) throws InterruptedException {
        SubscriptionWaits manager = subscriptions.getIfAvailable();
        if (manager == null || !manager.awaitVersion("order-summaries", id, version, wait.duration())) {
            ErrorResponseException notYet = new ErrorResponseException(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    ProblemDetail.forStatusAndDetail(
                            HttpStatus.SERVICE_UNAVAILABLE,
                            "The summary of order %s does not show version %d yet. Ask again, or without minVersion."
                                    .formatted(id, version)),
                    null);
            notYet.getHeaders().set(HttpHeaders.RETRY_AFTER, "1");
            throw notYet;
        }
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
