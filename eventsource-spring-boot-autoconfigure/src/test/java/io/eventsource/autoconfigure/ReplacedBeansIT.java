package io.eventsource.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.aggregate.CommandRetries;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.error.ErrorListeners;
import io.eventsource.event.EventCodec;
import io.eventsource.event.EventRegistry;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.log.HighWaterMark;
import io.eventsource.outbox.Outbox;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.projection.EventHandlers;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.schema.SchemaMigrator;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.EventStore;
import io.eventsource.store.EventStoreSettings;
import io.eventsource.store.EventStoreSettings.AppendTiming;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.ErrorHandling;
import io.eventsource.subscription.InstanceSettings;
import io.eventsource.subscription.SubscriptionDefinition;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionSettings;
import io.eventsource.time.Clocks;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.transaction.PlatformTransactionManager;

/** An application that makes all of the starter's beans itself. */
class ReplacedBeansIT {

    private final TestDatabase database = TestDatabase.create();
    private final ApplicationContextRunner application = Runners.on(database);

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnBeans {

        @Bean
        EventSourceSchema own1() {
            return new EventSourceSchema("own");
        }

        @Bean
        SchemaMigrator own2(DataSource dataSource, EventSourceSchema schema) {
            return new SchemaMigrator(dataSource, schema);
        }

        @Bean
        EventRegistry own3() {
            return EventRegistry.of(Deposited.class);
        }

        @Bean
        PayloadSerializer own4() {
            return PayloadSerializer.json();
        }

        @Bean
        EventCodec own5(EventRegistry registry, PayloadSerializer serializer) {
            return new EventCodec(registry, serializer);
        }

        @Bean
        LogSignal own6() {
            return new LogSignal();
        }

        @Bean
        HighWaterMark own7(DataSource dataSource, EventSourceSchema schema) {
            return HighWaterMark.of(dataSource, schema, Clock.systemUTC());
        }

        @Bean
        EventStore own8(
                DataSource dataSource,
                EventSourceSchema schema,
                EventCodec codec,
                HighWaterMark mark,
                LogSignal signal) {
            return EventStore.postgres(
                    new EventDatabase(dataSource, schema, codec, Clocks.system()),
                    mark,
                    signal,
                    new EventStoreSettings(AppendTiming.DEFERRED, Duration.ofSeconds(10), true),
                    Runnable::run,
                    EventStore.timeOrderedIds(Clock.systemUTC(), new SecureRandom()));
        }

        @Bean
        CommandRetries own9() {
            return new CommandRetries(1, Duration.ofMillis(1), Duration.ofMillis(1));
        }

        @Bean
        SubscriptionManager own10(
                List<EventHandlers> handlers,
                DataSource dataSource,
                EventSourceSchema schema,
                EventCodec codec,
                HighWaterMark mark,
                LogSignal signal,
                PlatformTransactionManager transactionManager) {
            return SubscriptionManager.builder(
                            new EventDatabase(dataSource, schema, codec, Clocks.system()), mark, signal)
                    .settings(InstanceSettings.defaults().withPollInterval(Duration.ofSeconds(1)))
                    .threads(new CustomizableThreadFactory("own-"))
                    .build(handlers.stream()
                            .map(each -> new SubscriptionDefinition(
                                    each, SubscriptionSettings.defaults(), transactionManager))
                            .toList());
        }

        @Bean
        HealthIndicator eventsourceHealthIndicator() {
            return () -> Health.up().build();
        }

        @Bean
        ErrorClassifier own11() {
            return ErrorClassifier.standard();
        }

        @Bean
        ErrorListeners own12() {
            return new ErrorListeners(List.of());
        }

        @Bean
        ErrorHandling own13() {
            return ErrorHandling.defaults();
        }

        @Bean
        DeadLetterRepository own14(DataSource dataSource, EventSourceSchema schema) {
            return DeadLetterRepository.postgres(dataSource, schema);
        }

        @Bean
        DeadLetterReplay own15(
                SubscriptionManager manager,
                DataSource dataSource,
                EventSourceSchema schema,
                EventCodec codec,
                ErrorClassifier classifier) {
            return new DeadLetterReplay(
                    manager.replayTargets(),
                    new EventDatabase(dataSource, schema, codec, Clocks.system()),
                    classifier,
                    DeadLetterReplay.Settings.defaults());
        }

        @Bean
        HealthIndicator eventsourceDeadLettersHealthIndicator() {
            return () -> Health.up().build();
        }

        @Bean
        HealthIndicator eventsourceLogHealthIndicator() {
            return () -> Health.up().build();
        }

        @Bean
        HealthIndicator eventsourceThreadsHealthIndicator() {
            return () -> Health.up().build();
        }

        @Bean
        Outbox ownOutbox(DataSource dataSource, EventSourceSchema schema, DeadLetterRepository deadLetters) {
            return Outbox.postgres(dataSource, schema, deadLetters, Map.of(), Set.of());
        }

        @Bean
        HealthIndicator eventsourceOutboxHealthIndicator() {
            return () -> Health.up().build();
        }

        @Bean
        HealthIndicator eventsourcePoolHealthIndicator() {
            return () -> Health.up().build();
        }
    }

    @Test
    void each_bean_backs_off_for_the_applications_own() {
        List<Object> handled = new CopyOnWriteArrayList<>();
        application
                .withUserConfiguration(OwnBeans.class)
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> handled.add(event.payload())))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    for (Class<?> type : List.of(
                            EventSourceSchema.class,
                            SchemaMigrator.class,
                            EventRegistry.class,
                            PayloadSerializer.class,
                            EventCodec.class,
                            LogSignal.class,
                            HighWaterMark.class,
                            EventStore.class,
                            CommandRetries.class,
                            SubscriptionManager.class,
                            ErrorClassifier.class,
                            ErrorListeners.class,
                            ErrorHandling.class,
                            DeadLetterRepository.class,
                            DeadLetterReplay.class,
                            Outbox.class)) {
                        assertThat(context.getBeanNamesForType(type))
                                .as("%s", type)
                                .singleElement()
                                .satisfies(name -> assertThat(name).startsWith("own"));
                    }
                    assertThat(context)
                            .getBeans(HealthIndicator.class)
                            .hasSize(6)
                            .allSatisfy((name, indicator) -> assertThat(
                                            indicator.getClass().getName())
                                    .startsWith(ReplacedBeansIT.class.getName()));

                    context.getBean(EventStore.class)
                            .append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));

                    await().untilAsserted(() -> assertThat(handled).containsExactly(new Deposited(1)));
                    assertThat(database.count("SELECT count(*) FROM own.events"))
                            .isOne();
                });
    }

    @Test
    void no_table_is_made_when_the_migrations_are_switched_off() {
        application.withPropertyValues("eventsource.migration.enabled=false").run(context -> {
            assertThat(context).getFailure().rootCause().hasMessageContaining("none of the tables");
            assertThat(database.tables("eventsource")).isEmpty();
        });
    }
}
