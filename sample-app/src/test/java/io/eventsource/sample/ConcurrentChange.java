package io.eventsource.sample;

import static org.awaitility.Awaitility.await;

import io.eventsource.sample.order.OrderEvent.OrderLineAdded;
import io.eventsource.sample.order.OrderLine;
import io.eventsource.store.EventStore;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.StreamAppend;
import java.math.BigDecimal;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.springframework.boot.test.context.TestComponent;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Somebody else, who adds a line to an order of version 1. */
@TestComponent
public class ConcurrentChange {

    private final EventStore store;
    private final JdbcTemplate jdbc;
    private final PlatformTransactionManager transactionManager;

    ConcurrentChange(EventStore store, JdbcTemplate jdbc, PlatformTransactionManager transactionManager) {
        this.store = store;
        this.jdbc = jdbc;
        this.transactionManager = transactionManager;
    }

    /** Sends the request when the other append has been made, and commits that one when the request waits for it. */
    public <T> T during(UUID orderId, Supplier<T> request) {
        CompletableFuture<T> answer = new TransactionTemplate(transactionManager).execute(status -> {
            store.append(StreamAppend.to(
                            "Order", orderId, new OrderLineAdded(new OrderLine("milk", 1, new BigDecimal("1.20"))))
                    .expecting(ExpectedVersion.exact(1)));
            CompletableFuture<T> sent = CompletableFuture.supplyAsync(request);
            await().until(() -> Boolean.TRUE.equals(
                    jdbc.queryForObject("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)", Boolean.class)));
            return sent;
        });
        return Objects.requireNonNull(answer).join();
    }
}
