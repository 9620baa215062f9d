package io.eventsource.autoconfigure.metrics;

import io.eventsource.aggregate.AggregateTypes;
import io.eventsource.autoconfigure.pool.StoreDataSource;
import io.eventsource.autoconfigure.projection.BatchListener;
import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.store.EventStore.AppendGroupListener;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.util.function.SingletonSupplier;

/** Counts what is appended, how appends share commits and how large batches are, where Micrometer is present. */
@AutoConfiguration(after = DataSourceAutoConfiguration.class, before = EventStoreAutoConfiguration.class)
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(DataSource.class)
@ConditionalOnBooleanProperty(name = "eventsource.enabled", matchIfMissing = true)
public final class AppendMetricsAutoConfiguration {

    /** Creates the configuration. */
    public AppendMetricsAutoConfiguration() {}

    /** When it is first needed, since meters may need the store. */
    private static Supplier<@Nullable MeterRegistry> lazily(ObjectProvider<MeterRegistry> registries) {
        return SingletonSupplier.ofNullable(registries::getIfUnique);
    }

    @Bean
    AppendMeters eventAppendMeters(StoreDataSource store, ObjectProvider<MeterRegistry> registries) {
        return new AppendMeters(lazily(registries), new TransactionParticipation(store.dataSource()));
    }

    @Bean
    CountersFromZero eventCountersFromZero(ObjectProvider<AggregateTypes> types) {
        return new CountersFromZero(types::getIfAvailable);
    }

    @Bean
    AppendGroupListener eventAppendGroupMeters(ObjectProvider<MeterRegistry> registries) {
        Supplier<@Nullable MeterRegistry> found = lazily(registries);
        return (appends, events) -> {
            MeterRegistry registry = found.get();
            if (registry != null) {
                registry.summary("eventsource.append.group.appends").record(appends);
                registry.summary("eventsource.append.group.events").record(events);
            }
        };
    }

    @Bean
    BatchListener eventBatchMeters(ObjectProvider<MeterRegistry> registries) {
        Supplier<@Nullable MeterRegistry> found = lazily(registries);
        return (subscription, events) -> {
            MeterRegistry registry = found.get();
            if (registry != null) {
                registry.summary("eventsource.handle.batch", "subscription.name", subscription)
                        .record(events);
            }
        };
    }
}
