package io.eventsource.autoconfigure.aggregate;

import io.eventsource.EventSourceException;
import io.eventsource.aggregate.AggregateTypes;
import io.eventsource.autoconfigure.pool.StoreDataSource;
import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.autoconfigure.store.ObservationProperties;
import io.eventsource.event.EventRegistry;
import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.observation.EventSourceObservations;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.snapshot.Snapshots;
import io.eventsource.snapshot.Snapshots.SnapshotListener;
import io.eventsource.snapshot.Snapshots.SnapshotListener.SnapshotStatistics;
import io.eventsource.snapshot.Snapshots.SnapshotPolicy;
import io.eventsource.store.EventStore;
import io.eventsource.store.SnapshotRepository;
import io.eventsource.time.Clocks;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Configures where snapshots are kept, when they are taken, and of which types of aggregates. */
@AutoConfiguration(after = EventStoreAutoConfiguration.class)
@ConditionalOnBean(EventStore.class)
@EnableConfigurationProperties(SnapshotProperties.class)
public final class SnapshotAutoConfiguration {

    /** Creates the configuration. */
    public SnapshotAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    AggregateTypes aggregateTypes(
            ConfigurableListableBeanFactory beanFactory, Environment environment, EventRegistry events) {
        return AggregateTypes.of(new AggregateClasses(beanFactory, environment).find(), events);
    }

    @Bean
    @ConditionalOnMissingBean
    SnapshotRepository snapshotRepository(
            StoreDataSource store,
            EventSourceSchema schema,
            EventSourceObservations observations,
            ObservationProperties properties) {
        SnapshotRepository repository = SnapshotRepository.postgres(store.dataSource(), schema);
        return properties.snapshot() ? observations.observe(repository) : repository;
    }

    @Bean
    @ConditionalOnMissingBean
    SnapshotStatistics snapshotStatistics() {
        return new SnapshotStatistics();
    }

    @Bean
    SnapshotExecutorHolder snapshotExecutor(EventStore store, SnapshotProperties properties) {
        return new SnapshotExecutorHolder(store, properties.queueCapacity());
    }

    @Bean
    @ConditionalOnMissingBean
    Snapshots snapshots(
            SnapshotRepository repository,
            PayloadSerializer serializer,
            SnapshotProperties properties,
            AggregateTypes types,
            StoreDataSource store,
            SnapshotExecutorHolder executor,
            ObjectProvider<SnapshotPolicy> policies,
            ObjectProvider<SnapshotListener> listeners,
            Clocks clocks) {
        requireKnown(properties, types);
        @Nullable SnapshotPolicy policy = policies.getIfAvailable();
        return new Snapshots(
                repository,
                serializer,
                type -> properties.settings(type, policy),
                new TransactionParticipation(store.dataSource()),
                executor.executor(),
                listeners.orderedStream().toList(),
                clocks.ticker());
    }

    private static void requireKnown(SnapshotProperties properties, AggregateTypes types) {
        properties.aggregates().forEach((name, aggregate) -> {
            if (!types.names().contains(name)) {
                throw new EventSourceException(
                        "eventsource.snapshots.aggregates.%s is about an aggregate that does not exist. There are: %s"
                                .formatted(name, String.join(", ", types.names())));
            }
            if (!types.declaresState(name) && !Boolean.FALSE.equals(aggregate.enabled())) {
                throw new EventSourceException(
                        "eventsource.snapshots.aggregates.%s is about an aggregate without snapshots. Declare a stateVersion in its @AggregateType."
                                .formatted(name));
            }
        });
    }
}
