package io.eventsource.autoconfigure.store;

import io.eventsource.autoconfigure.lifecycle.HurriedStop;
import io.eventsource.autoconfigure.lifecycle.ShutdownProperties;
import io.eventsource.autoconfigure.pool.DatabaseReach;
import io.eventsource.autoconfigure.pool.PoolProperties;
import io.eventsource.autoconfigure.pool.StoreDataSource;
import io.eventsource.autoconfigure.scan.AnnotatedClassScanner;
import io.eventsource.event.EventCodec;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventType;
import io.eventsource.event.Upcaster;
import io.eventsource.ground.GroundInspector;
import io.eventsource.ground.GroundWatch;
import io.eventsource.jdbc.DetachedJdbc;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.jdbc.EventSourceDataSource;
import io.eventsource.log.HighWaterMark;
import io.eventsource.log.StalledWriters;
import io.eventsource.observation.EventSourceObservations;
import io.eventsource.observation.EventSourceObservations.AppendContext;
import io.eventsource.observation.EventSourceObservations.Conventions;
import io.eventsource.observation.EventSourceObservations.HandleContext;
import io.eventsource.observation.EventSourceObservations.LoadContext;
import io.eventsource.observation.EventSourceObservations.PublishContext;
import io.eventsource.observation.EventSourceObservations.ReplayContext;
import io.eventsource.observation.EventSourceObservations.SnapshotContext;
import io.eventsource.payload.EventJsonCustomizer;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.schema.SchemaMigrator;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.EventStore;
import io.eventsource.store.EventStore.AppendGroupListener;
import io.eventsource.time.Clocks;
import io.eventsource.time.Clocks.Ticker;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.ObservationRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.util.function.SingletonSupplier;

/** Configures the event store and its tables. */
@AutoConfiguration(after = DataSourceAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "eventsource.enabled", matchIfMissing = true)
@ConditionalOnBean(DataSource.class)
@EnableConfigurationProperties({
    EventSourceProperties.class,
    AppendProperties.class,
    ObservationProperties.class,
    GroundProperties.class,
    PoolProperties.class,
    ShutdownProperties.class
})
@Import(DatabaseInitializationDependencyConfigurer.class)
public final class EventStoreAutoConfiguration {

    /** Creates the configuration. */
    public EventStoreAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    EventSourceSchema eventSourceSchema(EventSourceProperties properties) {
        return new EventSourceSchema(properties.schema());
    }

    @Bean
    StoreDataSource eventSourceStoreDataSource(
            @EventSourceDataSource ObjectProvider<DataSource> marked,
            ObjectProvider<DataSource> candidates,
            ConfigurableListableBeanFactory beanFactory) {
        return StoreDataSource.of(marked, candidates, List.of(beanFactory.getBeanNamesForType(DataSource.class)));
    }

    @Bean
    @ConditionalOnMissingBean
    SchemaMigrator eventSourceSchemaMigrator(StoreDataSource store, EventSourceSchema schema) {
        return new SchemaMigrator(store.dataSource(), schema);
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "eventsource.migration.enabled", matchIfMissing = true)
    SchemaInitializer eventSourceSchemaInitializer(
            SchemaMigrator migrator, GroundCheck ground, SessionInitializer sessions) {
        return new SchemaInitializer(migrator, ground);
    }

    @Bean
    @ConditionalOnMissingBean
    GroundInspector eventSourceGroundInspector(
            StoreDataSource store, EventSourceSchema schema, GroundProperties properties) {
        return new GroundInspector(DetachedJdbc.on(store.dataSource()), schema, properties.accept());
    }

    @Bean
    GroundCheck eventSourceGroundCheck(GroundInspector inspector) {
        return new GroundCheck(inspector);
    }

    @Bean
    @DependsOnDatabaseInitialization
    GroundChecked eventSourceGroundChecked(GroundCheck check) {
        return new GroundChecked(check);
    }

    @Bean
    @ConditionalOnMissingBean
    GroundWatch eventSourceGroundWatch(GroundInspector inspector, HighWaterMark highWaterMark) {
        return new GroundWatch(
                inspector,
                () -> 2 * highWaterMark.status().generation() + (highWaterMark.sequenceBehind() == null ? 0 : 1),
                highWaterMark::positionsUsed,
                Ticker.system());
    }

    @Bean
    SessionInitializer eventSourceSessionInitializer(
            StoreDataSource store, PoolProperties pool, EventSourceProperties properties, GroundCheck ground) {
        return new SessionInitializer(
                store.dataSource(), pool, properties.migration().enabled(), ground);
    }

    @Bean
    DatabaseReach eventSourceDatabaseReach(StoreDataSource store, ObjectProvider<JdbcConnectionDetails> details) {
        return DatabaseReach.of(store.dataSource(), details.getIfUnique());
    }

    @Bean
    HurriedStop eventSourceHurriedStop(DatabaseReach reach, ShutdownProperties shutdown) {
        return new HurriedStop(reach::answers, shutdown.drainTimeout());
    }

    @Bean
    @ConditionalOnMissingBean
    EventRegistry eventRegistry(ConfigurableListableBeanFactory beanFactory, Environment environment) {
        return EventRegistry.of(new AnnotatedClassScanner(beanFactory, environment).find(EventType.class));
    }

    @Bean
    @ConditionalOnMissingBean
    PayloadSerializer eventPayloadSerializer(
            ObjectProvider<EventJsonCustomizer> customizers, ConfigurableListableBeanFactory beanFactory) {
        List<EventJsonCustomizer> ordered = customizers.orderedStream().toList();
        PayloadSerializer serializer = PayloadSerializer.json(ordered.toArray(EventJsonCustomizer[]::new));
        UnusedModules.report(beanFactory, ordered);
        return serializer;
    }

    @Bean
    @ConditionalOnMissingBean
    EventCodec eventCodec(EventRegistry registry, PayloadSerializer serializer, ObjectProvider<Upcaster> upcasters) {
        return new EventCodec(registry, serializer, upcasters.orderedStream().toList());
    }

    @Bean
    @ConditionalOnMissingBean
    LogSignal eventLogSignal() {
        return new LogSignal();
    }

    @Bean
    @ConditionalOnMissingBean
    Clocks eventSourceClocks(ObjectProvider<Clock> clock) {
        return Clocks.of(clock.getIfUnique(Clock::systemUTC));
    }

    @Bean
    @ConditionalOnMissingBean
    EventDatabase eventDatabase(StoreDataSource store, EventSourceSchema schema, EventCodec codec, Clocks clocks) {
        return new EventDatabase(store.dataSource(), schema, codec, clocks);
    }

    @Bean
    @ConditionalOnMissingBean
    HighWaterMark eventHighWaterMark(StoreDataSource store, EventSourceSchema schema, Clocks clocks) {
        return HighWaterMark.of(store.dataSource(), schema, clocks);
    }

    @Bean
    @ConditionalOnMissingBean
    StalledWriters eventStalledWriters(StoreDataSource store, EventSourceSchema schema) {
        return new StalledWriters(store.dataSource(), schema);
    }

    @Bean
    AppendExecutorHolder eventAppendExecutor() {
        return new AppendExecutorHolder();
    }

    @Bean
    @ConditionalOnMissingBean
    @DependsOnDatabaseInitialization
    EventStore eventStore(
            EventDatabase database,
            HighWaterMark highWaterMark,
            LogSignal signal,
            AppendProperties properties,
            ObservationProperties observed,
            GroundChecked ground,
            AppendExecutorHolder executor,
            EventSourceObservations observations,
            ObjectProvider<AppendGroupListener> groupListeners) {
        List<AppendGroupListener> groups = groupListeners.orderedStream().toList();
        EventStore store = EventStore.postgres(
                database,
                highWaterMark,
                signal,
                properties.settings(),
                executor.executor(),
                EventStore.timeOrderedIds(database.clocks().wall(), new SecureRandom()),
                (appends, events) -> groups.forEach(each -> each.onGroup(appends, events)));
        return observations.observe(store, database.codec().registry(), observed.append(), observed.load());
    }

    @Bean
    @ConditionalOnMissingBean
    EventSourceObservations eventSourceObservations(
            ObjectProvider<ObservationRegistry> registries,
            ObjectProvider<ObservationConvention<AppendContext>> append,
            ObjectProvider<ObservationConvention<LoadContext>> load,
            ObjectProvider<ObservationConvention<HandleContext>> handle,
            ObjectProvider<ObservationConvention<SnapshotContext>> snapshot,
            ObjectProvider<ObservationConvention<PublishContext>> publish,
            ObjectProvider<ObservationConvention<ReplayContext>> replay) {
        // when it is first needed, since what is told of observations may need the store
        return new EventSourceObservations(
                SingletonSupplier.of(() -> registries.getIfUnique(() -> ObservationRegistry.NOOP)),
                new Conventions(
                        append.getIfUnique(),
                        load.getIfUnique(),
                        handle.getIfUnique(),
                        snapshot.getIfUnique(),
                        publish.getIfUnique(),
                        replay.getIfUnique()));
    }
}
