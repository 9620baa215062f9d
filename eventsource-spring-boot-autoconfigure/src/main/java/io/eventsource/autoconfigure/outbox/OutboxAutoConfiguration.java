package io.eventsource.autoconfigure.outbox;

import io.eventsource.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.eventsource.autoconfigure.lifecycle.SubscriptionThreads;
import io.eventsource.autoconfigure.pool.StoreDataSource;
import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.autoconfigure.store.ObservationProperties;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.event.EventCodec;
import io.eventsource.observation.EventSourceObservations;
import io.eventsource.outbox.Destination;
import io.eventsource.outbox.Outbox;
import io.eventsource.outbox.OutboxRows;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.store.EventStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Publishes events to the destinations declared in properties, by classes of events, and by beans. */
@AutoConfiguration(after = {EventStoreAutoConfiguration.class, DeadLetterAutoConfiguration.class})
@ConditionalOnBean(EventStore.class)
// bound where it is switched off too, so that a wrong value is told
@EnableConfigurationProperties(OutboxProperties.class)
public final class OutboxAutoConfiguration {

    /** Creates the configuration. */
    public OutboxAutoConfiguration() {}

    @Bean
    @ConditionalOnBooleanProperty(name = "eventsource.outbox.enabled", matchIfMissing = true)
    OutboxHandlers eventOutboxHandlers(
            OutboxProperties properties,
            ObjectProvider<Destination> destinations,
            EventCodec codec,
            PayloadSerializer serializer,
            EventSourceObservations observations,
            ObservationProperties observed,
            ApplicationContext context,
            Environment environment) {
        DestinationDefinitions definitions = new DestinationDefinitions(
                properties, codec.registry(), environment.getProperty("spring.application.name"));
        return new OutboxHandlers(
                definitions.of(destinations.orderedStream().toList()),
                new OutboxTransports(context),
                codec,
                serializer,
                context,
                observed.publish() ? observations::observe : (destination, transport) -> transport);
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "eventsource.outbox.enabled", matchIfMissing = true)
    OutboxDestinations eventOutboxDestinations(OutboxHandlers handlers) {
        return new OutboxDestinations(handlers.destinations().stream()
                .map(ConfiguredDestination::name)
                .toList());
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "eventsource.outbox.enabled", matchIfMissing = true)
    @ConditionalOnMissingBean
    Outbox eventOutbox(
            StoreDataSource store,
            EventSourceSchema schema,
            DeadLetterRepository deadLetters,
            OutboxHandlers handlers) {
        Map<String, Set<String>> published =
                handlers.published().collect(Collectors.toMap(ConfiguredDestination::name, handlers::storedNames));
        return Outbox.postgres(store.dataSource(), schema, deadLetters, published, handlers.relayed());
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "eventsource.outbox.enabled", matchIfMissing = true)
    OutboxLifecycle eventOutboxLifecycle(
            OutboxHandlers handlers, ObjectProvider<OutboxTask> tasks, Environment environment) {
        return new OutboxLifecycle(
                handlers.destinations().isEmpty()
                        ? List.of()
                        : tasks.orderedStream().toList(),
                SubscriptionThreads.of(environment));
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "eventsource.outbox.enabled", matchIfMissing = true)
    @ConditionalOnProperty(name = "eventsource.outbox.mode", havingValue = "log", matchIfMissing = true)
    OutboxTask eventOutboxLeftRows(StoreDataSource store, EventSourceSchema schema) {
        return new OutboxTask(
                "Looking for rows of event_outbox that are left",
                Duration.ofDays(1),
                new LeftOutboxRows(new OutboxRows(store.dataSource(), schema), schema));
    }
}
