package io.eventsource.sample.order;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.sample.order.OrderRequests.Cancellation;
import io.eventsource.sample.order.OrderRequests.NewLine;
import io.eventsource.sample.order.OrderRequests.NewOrder;
import io.eventsource.sample.order.OrderRequests.Shipment;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamQuery;
import io.eventsource.store.VersionConflictException;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Positive;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Commands on orders, and what an order is and was.
 *
 * <p>A command may carry the version it was decided on in {@code If-Match}; without it, it applies to the order as it is,
 * and is repeated when somebody else's command comes between.
 * A new order may carry an {@code Idempotency-Key}, which becomes the order's id: repeating the request after a lost
 * answer finds the order instead of making another one. Who sent a request, and its correlation id, reach the events without
 * being passed on here.
 */
@RestController
@RequestMapping("/orders")
final class OrderController {

    private final AggregateRepository<Order> orders;
    private final EventStore store;

    OrderController(AggregateRepository<Order> orders, EventStore store) {
        this.orders = orders;
        this.store = store;
    }

    @PostMapping
    ResponseEntity<OrderView> create(
            @RequestBody @Valid NewOrder request,
            @RequestHeader(name = "Idempotency-Key", required = false) @Nullable UUID idempotencyKey) {
        Order order = orders.create(idempotencyKey == null ? UUID.randomUUID() : idempotencyKey);
        order.create(request.customerId(), request.toLines());
        try {
            orders.save(order);
        } catch (VersionConflictException conflict) {
            return repeated(order, request);
        }
        return response(ResponseEntity.created(location(order)), order);
    }

    /** The id is taken. When what its order began with is what is asked for now, this is a repetition. */
    private ResponseEntity<OrderView> repeated(Order attempted, NewOrder request) {
        OrderState first = orders.loadAt(attempted.id(), 1).state();
        if (!first.customerId().equals(request.customerId()) || !first.lines().equals(request.toLines())) {
            throw new IdempotencyKeyReusedException(attempted.id());
        }
        Order order = orders.load(attempted.id());
        return response(ResponseEntity.ok().location(location(order)), order);
    }

    @PostMapping("/{id}/lines")
    ResponseEntity<OrderView> addLine(
            @PathVariable UUID id,
            @RequestBody @Valid NewLine request,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch) {
        return change(id, ifMatch, order -> order.addLine(request.toLine()));
    }

    @PostMapping("/{id}/shipment")
    ResponseEntity<OrderView> ship(
            @PathVariable UUID id,
            @RequestBody @Valid Shipment request,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch) {
        return change(id, ifMatch, order -> order.ship(request.trackingNumber()));
    }

    @PostMapping("/{id}/cancellation")
    ResponseEntity<OrderView> cancel(
            @PathVariable UUID id,
            @RequestBody @Valid Cancellation request,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch) {
        return change(id, ifMatch, order -> order.cancel(request.reason()));
    }

    private ResponseEntity<OrderView> change(UUID id, @Nullable String ifMatch, Consumer<Order> command) {
        Order order = ifMatch == null
                ? orders.execute(id, command)
                : changeAt(OrderVersionTag.parse(ifMatch).version(), id, command);
        return response(ResponseEntity.ok(), order);
    }

    private Order changeAt(long expected, UUID id, Consumer<Order> command) {
        Order order = orders.load(id);
        if (order.version() != expected) {
            throw new StaleOrderException(id, expected, order.version(), null);
        }
        command.accept(order);
        try {
            orders.save(order);
        } catch (VersionConflictException conflict) {
            throw new StaleOrderException(id, expected, conflict.actualVersion(), conflict);
        }
        return order;
    }

    @GetMapping("/{id}")
    ResponseEntity<OrderView> get(
            @PathVariable UUID id, @RequestParam(required = false) @Positive @Nullable Long version) {
        if (version == null) {
            return response(ResponseEntity.ok(), orders.load(id));
        }
        Order order = orders.loadAt(id, version);
        if (order.version() < version) {
            throw new UnknownOrderVersionException(id, version, order.version());
        }
        return response(ResponseEntity.ok(), order);
    }

    @GetMapping("/{id}/history")
    List<OrderHistoryEntry> history(@PathVariable UUID id) {
        // of an order, or 404
        orders.loadAt(id, 1);
        return store.readStream(StreamQuery.of(id)).stream()
                .map(OrderHistoryEntry::of)
                .toList();
    }

    private static ResponseEntity<OrderView> response(ResponseEntity.BodyBuilder builder, Order order) {
        return builder.eTag(new OrderVersionTag(order.version()).toString()).body(OrderView.of(order));
    }

    private static URI location(Order order) {
        return URI.create("/orders/" + order.id());
    }
}
