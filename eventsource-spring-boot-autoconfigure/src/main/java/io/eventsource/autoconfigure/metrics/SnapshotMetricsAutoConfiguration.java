package io.eventsource.autoconfigure.metrics;

import io.eventsource.autoconfigure.aggregate.SnapshotAutoConfiguration;
import io.eventsource.snapshot.Snapshots.SnapshotListener;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.util.function.SingletonSupplier;

/** Counts what becomes of snapshots in the application's meter registry, where there is one. */
@AutoConfiguration(before = SnapshotAutoConfiguration.class)
@ConditionalOnClass(MeterRegistry.class)
public final class SnapshotMetricsAutoConfiguration {

    /** Creates the configuration. */
    public SnapshotMetricsAutoConfiguration() {}

    @Bean
    SnapshotListener snapshotMeters(ObjectProvider<MeterRegistry> registries) {
        // when it is first needed, since meters may need the store
        SingletonSupplier<MeterRegistry> found = SingletonSupplier.ofNullable(registries::getIfUnique);
        return (aggregateType, outcome) -> CountersFromZero.snapshots(found.get(), aggregateType, outcome, 1);
    }
}
