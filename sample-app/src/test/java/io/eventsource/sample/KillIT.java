package io.eventsource.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.LogPage;
import io.eventsource.log.LogQuery;
import io.eventsource.sample.customertotals.CustomerTotals;
import io.eventsource.sample.load.LoadGenerator;
import io.eventsource.sample.load.LoadOptions;
import io.eventsource.sample.load.LoadReport;
import io.eventsource.sample.order.Order;
import io.eventsource.sample.order.OrderState;
import io.eventsource.sample.order.OrderStatus;
import io.eventsource.sample.ordersummary.OrderSummary;
import io.eventsource.store.EventStore;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.data.jdbc.core.JdbcAggregateOperations;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The service is killed under load and started again. */
class KillIT {

    private static final long ORDERS = 200;
    private static final long ORDERS_BEFORE_THE_KILL = 40;

    @TempDir
    private Path folder;

    /** What is left of an order when everything is over. */
    private record Outcome(OrderState state, long version, Instant createdAt, Instant updatedAt) {}

    @Test
    void what_was_acknowledged_is_there_once_and_the_read_models_agree_with_the_events() throws Exception {
        Path acknowledged = folder.resolve("acknowledged.jsonl");
        int port = freePort();
        long seed = System.nanoTime();
        LoadReport report;
        ServiceProcess service = ServiceProcess.start(folder, port);
        try {
            CompletableFuture<LoadReport> load = load(port, seed, acknowledged);
            await().atMost(Duration.ofMinutes(1)).until(() -> lines(acknowledged) >= ORDERS_BEFORE_THE_KILL);

            service.kill();
            service = ServiceProcess.start(folder, port);

            report = load.get(3, TimeUnit.MINUTES);
        } finally {
            service.stop();
        }

        assertThat(report.errors()).as("errors with seed %d", seed).isZero();
        assertThat(report.retries()).as("the load generator has seen the kill").isPositive();
        try (ConfigurableApplicationContext context =
                new SpringApplicationBuilder(SampleApplication.class).run(ServiceProcess.arguments(folder, 0))) {
            Map<UUID, Outcome> outcomes = outcomes(context);
            assertThat(outcomes.keySet())
                    .containsExactlyInAnyOrderElementsOf(
                            acknowledged(acknowledged).keySet());
            acknowledged(acknowledged).forEach((id, version) -> assertThat(outcomes.get(id))
                    .as("order %s with seed %d", id, seed)
                    .extracting(Outcome::version)
                    .isEqualTo(version));
            JdbcAggregateOperations jdbc = context.getBean(JdbcAggregateOperations.class);
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                assertThat(jdbc.findAll(OrderSummary.class)).containsExactlyInAnyOrderElementsOf(summaries(outcomes));
                assertThat(jdbc.findAll(CustomerTotals.class)).containsExactlyInAnyOrderElementsOf(totals(outcomes));
            });
        }
    }

    private static CompletableFuture<LoadReport> load(int port, long seed, Path acknowledged) {
        LoadOptions options = LoadOptions.parse(
                "--url=http://localhost:" + port,
                "--customers=6",
                "--orders=" + ORDERS,
                "--seed=" + seed,
                "--acknowledged=" + acknowledged);
        return CompletableFuture.supplyAsync(() -> {
            try {
                return new LoadGenerator(options, System.out).run();
            } catch (IOException | InterruptedException failure) {
                throw new IllegalStateException(failure);
            }
        });
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static long lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file).size() : 0;
    }

    /** Fails when an order is acknowledged twice. */
    private static Map<UUID, Long> acknowledged(Path file) throws IOException {
        JsonMapper json = JsonMapper.builder().build();
        Map<UUID, Long> versions = new HashMap<>();
        for (String line : Files.readAllLines(file)) {
            JsonNode order = json.readTree(line);
            UUID id = UUID.fromString(order.path("orderId").asString());
            assertThat(versions.put(id, order.path("version").asLong()))
                    .as("order %s is acknowledged once", id)
                    .isNull();
        }
        assertThat(versions).hasSize((int) ORDERS);
        return versions;
    }

    /** Folds the whole log; fails when a version is missing or there twice. */
    private static Map<UUID, Outcome> outcomes(ApplicationContext context) {
        EventStore store = context.getBean(EventStore.class);
        AggregateRepository<Order> orders = context.<AggregateRepository<Order>>getBeanProvider(
                        ResolvableType.forClassWithGenerics(AggregateRepository.class, Order.class))
                .getObject();
        Map<UUID, List<EventEnvelope<Object>>> streams = new LinkedHashMap<>();
        long position = 0;
        LogPage page;
        do {
            page = store.readLog(LogQuery.after(position));
            position = page.nextPosition();
            for (StoredEvent event : page.events()) {
                streams.computeIfAbsent(event.aggregateId(), id -> new ArrayList<>())
                        .addAll(store.decode(event));
            }
        } while (!page.atHighWaterMark());
        Map<UUID, Outcome> outcomes = new LinkedHashMap<>();
        streams.forEach((id, events) -> {
            for (int i = 0; i < events.size(); i++) {
                assertThat(events.get(i).version()).isEqualTo(i + 1L);
            }
            outcomes.put(
                    id,
                    new Outcome(
                            orders.load(id).state(),
                            events.size(),
                            events.get(0).timestamp(),
                            events.get(events.size() - 1).timestamp()));
        });
        return outcomes;
    }

    private static List<OrderSummary> summaries(Map<UUID, Outcome> outcomes) {
        List<OrderSummary> summaries = new ArrayList<>();
        outcomes.forEach((id, outcome) -> summaries.add(new OrderSummary(
                id,
                outcome.state().customerId(),
                outcome.state().status(),
                outcome.state().lines().size(),
                outcome.state().total(),
                outcome.version(),
                outcome.createdAt(),
                outcome.updatedAt())));
        return summaries;
    }

    private static List<CustomerTotals> totals(Map<UUID, Outcome> outcomes) {
        Map<String, CustomerTotals> totals = new HashMap<>();
        for (Outcome outcome : outcomes.values()) {
            OrderState state = outcome.state();
            boolean shipped = state.status() == OrderStatus.SHIPPED;
            boolean cancelled = state.status() == OrderStatus.CANCELLED;
            CustomerTotals one = new CustomerTotals(
                    state.customerId(),
                    1,
                    shipped ? 1 : 0,
                    cancelled ? 1 : 0,
                    shipped ? state.total() : new BigDecimal("0.00"));
            totals.merge(state.customerId(), one, KillIT::sum);
        }
        return List.copyOf(totals.values());
    }

    private static CustomerTotals sum(CustomerTotals a, CustomerTotals b) {
        return new CustomerTotals(
                a.customerId(),
                a.orders() + b.orders(),
                a.shippedOrders() + b.shippedOrders(),
                a.cancelledOrders() + b.cancelledOrders(),
                a.shippedTotal().add(b.shippedTotal()));
    }
}
