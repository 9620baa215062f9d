package io.eventsource.autoconfigure.tracing;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** An application whose observations and meters are collected. */
final class ObservedApplication implements AutoCloseable {

    final TestDatabase database = TestDatabase.migrated();
    final List<Observation.Context> observed = new CopyOnWriteArrayList<>();
    final ApplicationContextRunner runner = Runners.on(database)
            .withConfiguration(AutoConfigurations.of(
                    ObservationAutoConfiguration.class,
                    MetricsAutoConfiguration.class,
                    SimpleMetricsExportAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class))
            .withBean("collecting", ObservationHandler.class, this::collecting)
            .withPropertyValues("eventsource.subscriptions.enabled=false");

    @Override
    public void close() {
        database.close();
    }

    private ObservationHandler<Observation.Context> collecting() {
        return new ObservationHandler<>() {
            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }

            @Override
            public void onStop(Observation.Context context) {
                observed.add(context);
            }
        };
    }

    List<Observation.Context> observed(String name) {
        return observed.stream().filter(each -> name.equals(each.getName())).toList();
    }

    static Map<String, String> keys(Observation.Context context) {
        return context.getAllKeyValues().stream()
                .collect(Collectors.toMap(
                        each -> each.getKey(), each -> each.getValue(), (first, second) -> second, TreeMap::new));
    }

    static Map<String, String> low(Observation.Context context) {
        return context.getLowCardinalityKeyValues().stream()
                .collect(Collectors.toMap(
                        each -> each.getKey(), each -> each.getValue(), (first, second) -> second, TreeMap::new));
    }

    static EventStore store(BeanFactory context) {
        return context.getBean(EventStore.class);
    }

    static MeterRegistry meters(BeanFactory context) {
        return context.getBean(MeterRegistry.class);
    }

    static double appended(BeanFactory context) {
        return meters(context).find("eventsource.events.appended").counters().stream()
                .mapToDouble(each -> each.count())
                .sum();
    }

    static StreamAppend deposits(int count) {
        return StreamAppend.to("Account", UUID.randomUUID(), Collections.nCopies(count, new Deposited(1)));
    }
}
