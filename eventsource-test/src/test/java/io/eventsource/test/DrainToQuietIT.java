package io.eventsource.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.embedded.EmbeddedPostgresServer;
import io.eventsource.embedded.EmbeddedPostgresSettings;
import io.eventsource.event.EventCodec;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventType;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.log.HighWaterMark;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.projection.EventHandlers;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.schema.SchemaMigrator;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.EventStore;
import io.eventsource.store.EventStoreSettings;
import io.eventsource.store.EventStoreSettings.AppendTiming;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.InstanceSettings;
import io.eventsource.subscription.SubscriptionDefinition;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionSettings;
import io.eventsource.time.Clocks;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.support.JdbcTransactionManager;

class DrainToQuietIT {

    private static final EventSourceSchema SCHEMA = new EventSourceSchema("eventsource");

    private final EmbeddedPostgresServer server;
    private final HikariDataSource dataSource;
    private final EventCodec codec =
            new EventCodec(EventRegistry.of(Asked.class, Answered.class), PayloadSerializer.json());
    private final LogSignal signal = new LogSignal();
    private final HighWaterMark mark;
    private final EventStore store;
    private final List<Object> seen = new CopyOnWriteArrayList<>();

    @EventType("asked")
    record Asked(int number) {}

    @EventType("answered")
    record Answered(int number) {}

    private record Handling(String name, String eventType, Consumer<EventEnvelope<Object>> handler)
            implements EventHandlers {

        @Override
        public Set<String> eventTypes() {
            return Set.of(eventType);
        }

        @Override
        public void handle(EventEnvelope<Object> event) {
            handler.accept(event);
        }
    }

    DrainToQuietIT(@TempDir Path folder) {
        server = EmbeddedPostgresServer.start(new EmbeddedPostgresSettings(
                folder.resolve("data"),
                0,
                "test",
                Duration.ofMinutes(1),
                false,
                EmbeddedPostgresSettings.sharedBinariesDirectory()));
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(server.jdbcUrl());
        config.setUsername(server.username());
        config.setPassword(server.password());
        dataSource = new HikariDataSource(config);
        new SchemaMigrator(dataSource, SCHEMA).migrate();
        mark = HighWaterMark.of(dataSource, SCHEMA, Clock.systemUTC());
        store = EventStore.postgres(
                new EventDatabase(dataSource, SCHEMA, codec, Clocks.system()),
                mark,
                signal,
                new EventStoreSettings(AppendTiming.DEFERRED, Duration.ofSeconds(10), true),
                ForkJoinPool.commonPool(),
                EventStore.timeOrderedIds(Clock.systemUTC(), new SecureRandom()));
    }

    @AfterEach
    void stop() {
        dataSource.close();
        server.close();
    }

    private SubscriptionManager manager(EventHandlers... handlers) {
        return SubscriptionManager.builder(new EventDatabase(dataSource, SCHEMA, codec, Clocks.system()), mark, signal)
                .settings(InstanceSettings.defaults().withPollInterval(Duration.ofSeconds(1)))
                .build(List.of(handlers).stream()
                        .map(each -> new SubscriptionDefinition(
                                each, SubscriptionSettings.defaults(), new JdbcTransactionManager(dataSource)))
                        .toList());
    }

    private void append(Object event) {
        store.append(StreamAppend.to("talk", UUID.randomUUID(), event));
    }

    @Test
    void what_handlers_append_is_waited_for_too() {
        SubscriptionManager manager = manager(
                new Handling("answering", "asked", event -> append(new Answered(((Asked) event.payload()).number()))),
                new Handling("listening", "answered", event -> seen.add(event.payload())));
        manager.start();
        try {
            for (int i = 0; i < 20; i++) {
                append(new Asked(i));
                DrainToQuiet.of(manager).awaitAll();
                assertThat(seen).hasSize(i + 1).contains(new Answered(i));
            }
        } finally {
            assertThat(manager.stop(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    void a_subscription_that_cannot_go_on_is_named_with_its_failure() {
        SubscriptionManager manager = manager(new Handling("broken", "asked", event -> {
            throw new IllegalStateException("no answer");
        }));
        manager.start();
        try {
            append(new Asked(1));

            assertThatThrownBy(() -> DrainToQuiet.of(manager)
                            .within(Duration.ofMillis(300))
                            .await("broken"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContainingAll("'broken'", "RETRYING", "no answer");
        } finally {
            assertThat(manager.stop(Duration.ofSeconds(10))).isTrue();
        }
    }
}
