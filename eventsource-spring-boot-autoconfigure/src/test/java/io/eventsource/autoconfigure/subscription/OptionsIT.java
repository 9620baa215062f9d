package io.eventsource.autoconfigure.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventType;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;

/** What each option of a subscription does in a running application. */
class OptionsIT {

    private static final String DEFAULTS = "eventsource.subscriptions.defaults.";

    private final TestDatabase database = TestDatabase.migrated();
    private final List<Object> handled = new CopyOnWriteArrayList<>();

    @EventType("withdrawn")
    record Withdrawn(long amount) {}

    record Both(Consumer<EventEnvelope<Object>> handler) implements EventHandlers {

        @Override
        public String name() {
            return "both";
        }

        @Override
        public Set<String> eventTypes() {
            return Set.of("deposited", "withdrawn");
        }

        @Override
        public void handle(EventEnvelope<Object> event) {
            handler.accept(event);
        }
    }

    private final ApplicationContextRunner application = Runners.on(database)
            .withBean(EventRegistry.class, () -> EventRegistry.of(Deposited.class, Withdrawn.class))
            .withPropertyValues("eventsource.notifications.enabled=false");

    @AfterEach
    void remove_the_database() {
        database.close();
    }

    private ApplicationContextRunner handling(Consumer<EventEnvelope<Object>> handler) {
        return application.withBean(EventHandlers.class, () -> new Both(handler));
    }

    private void append(int count) {
        List<Deposited> deposits =
                IntStream.rangeClosed(1, count).mapToObj(Deposited::new).toList();
        application
                .withPropertyValues("eventsource.subscriptions.enabled=false")
                .run(context -> context.getBean(EventStore.class)
                        .append(StreamAppend.to("Account", UUID.randomUUID(), deposits)));
    }

    @Test
    void only_events_of_the_types_of_the_filter_are_handled() {
        handling(event -> handled.add(event.payload()))
                .withPropertyValues(DEFAULTS + "filter.event-types=withdrawn")
                .run(context -> {
                    EventStore store = context.getBean(EventStore.class);
                    store.append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));
                    store.append(StreamAppend.to("Account", UUID.randomUUID(), new Withdrawn(2)));

                    await().untilAsserted(() -> assertThat(handled).containsExactly(new Withdrawn(2)));
                });
    }

    @Test
    void only_events_of_the_aggregates_of_the_filter_are_handled() {
        handling(event -> handled.add(event.payload()))
                .withPropertyValues(DEFAULTS + "filter.aggregate-types=Savings")
                .run(context -> {
                    EventStore store = context.getBean(EventStore.class);
                    store.append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));
                    store.append(StreamAppend.to("Savings", UUID.randomUUID(), new Deposited(2)));

                    await().untilAsserted(() -> assertThat(handled).containsExactly(new Deposited(2)));
                });
    }

    @Test
    void only_events_of_the_tenant_of_the_filter_are_handled() {
        handling(event -> handled.add(event.payload()))
                .withPropertyValues(DEFAULTS + "filter.tenant=acme")
                .run(context -> {
                    EventStore store = context.getBean(EventStore.class);
                    store.forTenant("other").append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));
                    store.forTenant("acme").append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(2)));

                    await().untilAsserted(() -> assertThat(handled).containsExactly(new Deposited(2)));
                });
    }

    @ParameterizedTest
    @CsvSource({"standard, 100", "high-throughput, 500"})
    void the_preset_says_how_many_events_share_a_transaction(String preset, long size) {
        append(600);
        database.jdbc().execute("CREATE TABLE handled (seq serial, transaction bigint)");
        CompletableFuture<JdbcTemplate> jdbc = new CompletableFuture<>();

        handling(event -> jdbc.join().update("INSERT INTO handled (transaction) VALUES (txid_current())"))
                .withPropertyValues("eventsource.subscriptions.preset=" + preset)
                .run(context -> {
                    jdbc.complete(context.getBean(JdbcTemplate.class));
                    await().until(() -> database.count("SELECT count(*) FROM handled") == 600);
                });

        assertThat(database.count("SELECT count(*) FROM handled GROUP BY transaction ORDER BY min(seq) LIMIT 1"))
                .isEqualTo(size);
    }

    /** Counts what is decoded. */
    private record Counting(PayloadSerializer json, AtomicInteger decoded) implements PayloadSerializer {

        @Override
        public String serialize(Object value) {
            return json.serialize(value);
        }

        @Override
        public <T> T deserialize(String text, Class<T> type) {
            decoded.incrementAndGet();
            return json.deserialize(text, type);
        }
    }

    /** The handler of the first event waits until the next page is there, or for a while where none is to come. */
    @ParameterizedTest
    @CsvSource({"0.8, 20", "0.1, 10"})
    void from_the_backpressure_threshold_on_nothing_is_read_ahead(String threshold, int expected) {
        append(30);
        AtomicInteger decoded = new AtomicInteger();
        CountDownLatch goOn = new CountDownLatch(1);
        handling(event -> {
                    try {
                        assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                    }
                })
                .withBean(PayloadSerializer.class, () -> new Counting(PayloadSerializer.json(), decoded))
                .withPropertyValues(
                        DEFAULTS + "batch.size=10",
                        DEFAULTS + "batch.max-in-flight=20",
                        DEFAULTS + "batch.backpressure-threshold=" + threshold)
                .run(context -> {
                    await().until(() -> decoded.get() >= expected);
                    await().during(Duration.ofMillis(300)).until(() -> decoded.get() == expected);
                    goOn.countDown();
                });
    }

    @ParameterizedTest
    @CsvSource({"50ms, true", "1h, false"})
    void the_checkpoint_interval_is_how_often_passing_events_are_noted(String interval, boolean noted) {
        handling(event -> handled.add(event.payload()))
                .withPropertyValues(
                        DEFAULTS + "filter.aggregate-types=Savings", DEFAULTS + "checkpoint.interval=" + interval)
                .run(context -> {
                    EventStore store = context.getBean(EventStore.class);
                    store.append(StreamAppend.to("Savings", UUID.randomUUID(), new Deposited(1)));
                    await().until(() -> checkpoint() > 0);
                    long handledUpTo = checkpoint();
                    store.append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(2)));

                    if (noted) {
                        await().until(() -> checkpoint() > handledUpTo);
                    } else {
                        await().during(Duration.ofMillis(500)).until(() -> checkpoint() == handledUpTo);
                    }
                });
    }

    private long checkpoint() {
        return database.count("SELECT coalesce(max(position), 0) FROM eventsource.projection_checkpoints");
    }

    @Test
    void the_interval_of_notifications_is_how_soon_the_next_one_is_sent() {
        List<Long> times = new CopyOnWriteArrayList<>();
        String[] properties = {
            "eventsource.notifications.enabled=true",
            "eventsource.notifications.interval=2s",
            "eventsource.subscriptions.poll-interval=1h"
        };
        handling(event -> times.add(System.nanoTime()))
                .withPropertyValues(properties)
                .run(receiver -> application
                        .withPropertyValues(properties)
                        .withPropertyValues("eventsource.subscriptions.enabled=false")
                        .run(sender -> {
                            EventStore store = sender.getBean(EventStore.class);
                            await().untilAsserted(() -> {
                                store.append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));
                                assertThat(times).isNotEmpty();
                            });
                            int before = times.size();
                            store.append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(2)));

                            await().until(() -> times.size() > before);
                            assertThat(Duration.ofNanos(times.get(before) - times.get(0)))
                                    .isGreaterThan(Duration.ofSeconds(1));
                        }));
    }
}
