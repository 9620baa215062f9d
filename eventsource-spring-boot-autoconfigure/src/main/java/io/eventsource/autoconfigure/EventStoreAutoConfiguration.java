package io.eventsource.autoconfigure;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventType;
import io.eventsource.event.JacksonPayloadSerializer;
import io.eventsource.event.PayloadSerializer;
import io.eventsource.event.Upcaster;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.schema.SchemaMigrator;
import io.eventsource.store.EventStore;
import io.eventsource.store.LogHead;
import io.eventsource.store.LogSignal;
import io.eventsource.store.StalledWriters;
import io.eventsource.store.TimeOrderedIdGenerator;
import java.security.SecureRandom;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

/** Configures the event store and its tables. */
@AutoConfiguration(after = DataSourceAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "eventsource.enabled", matchIfMissing = true)
@ConditionalOnSingleCandidate(DataSource.class)
@EnableConfigurationProperties(EventSourceProperties.class)
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
    @ConditionalOnMissingBean
    SchemaMigrator eventSourceSchemaMigrator(DataSource dataSource, EventSourceSchema schema) {
        return new SchemaMigrator(dataSource, schema);
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "eventsource.migration.enabled", matchIfMissing = true)
    SchemaInitializer eventSourceSchemaInitializer(SchemaMigrator migrator) {
        return new SchemaInitializer(migrator);
    }

    @Bean
    @ConditionalOnMissingBean
    EventRegistry eventRegistry(ConfigurableBeanFactory beanFactory, Environment environment) {
        return EventRegistry.of(new AnnotatedClassScanner(beanFactory, environment).find(EventType.class));
    }

    @Bean
    @ConditionalOnMissingBean
    PayloadSerializer eventPayloadSerializer() {
        return new JacksonPayloadSerializer();
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
    LogHead eventLogHead(DataSource dataSource, EventSourceSchema schema, ObjectProvider<Clock> clock) {
        return LogHead.of(dataSource, schema, clock.getIfUnique(Clock::systemUTC));
    }

    @Bean
    @ConditionalOnMissingBean
    StalledWriters eventStalledWriters(DataSource dataSource, EventSourceSchema schema) {
        return new StalledWriters(dataSource, schema);
    }

    @Bean
    AppendExecutorHolder eventAppendExecutor() {
        return new AppendExecutorHolder();
    }

    @Bean
    @ConditionalOnMissingBean
    @DependsOnDatabaseInitialization
    EventStore eventStore(
            DataSource dataSource,
            EventSourceSchema schema,
            EventCodec codec,
            LogHead logHead,
            LogSignal signal,
            EventSourceProperties properties,
            AppendExecutorHolder executor,
            ObjectProvider<Clock> clocks) {
        Clock clock = clocks.getIfUnique(Clock::systemUTC);
        return EventStore.postgres(
                dataSource,
                schema,
                codec,
                logHead,
                signal,
                properties.append().settings(),
                executor.executor(),
                clock,
                new TimeOrderedIdGenerator(clock, new SecureRandom()));
    }
}
