package io.eventsource.autoconfigure.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.Statement;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class LogMetricsIT {

    private final TestDatabase database = TestDatabase.create();
    private final ApplicationContextRunner application = Runners.on(database);

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static double gauge(MeterRegistry registry, String name) {
        return registry.get(name).gauge().value();
    }

    private static void append(BeanFactory context) {
        context.getBean(EventStore.class).append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));
    }

    @Test
    void the_high_water_mark_the_age_of_its_gap_in_seconds_and_the_listener_are_measured() {
        application.run(context -> {
            MeterRegistry registry = new SimpleMeterRegistry();
            context.getBean(LogMetrics.class).bindTo(registry);
            append(context);
            await().until(() -> gauge(registry, "eventsource.log.high.water.mark") == 1);
            assertThat(gauge(registry, "eventsource.log.gap.age")).isZero();
            await().until(() -> gauge(registry, "eventsource.wakeup.connected") == 1);

            try (Connection hung = database.connect();
                    Statement statement = hung.createStatement()) {
                hung.setAutoCommit(false);
                TestDatabase.insertOneEvent(statement);
                append(context);

                await().until(() -> gauge(registry, "eventsource.log.gap.age") > 0.2);
                assertThat(gauge(registry, "eventsource.log.gap.age")).isLessThan(30);
                assertThat(gauge(registry, "eventsource.log.high.water.mark")).isEqualTo(1);
                hung.rollback();
            }
            await().until(() -> gauge(registry, "eventsource.log.gap.age") == 0);
            assertThat(gauge(registry, "eventsource.log.high.water.mark")).isEqualTo(3);
        });
    }

    @Test
    void there_are_no_metrics_without_micrometer_or_without_subscriptions() {
        application
                .withClassLoader(new FilteredClassLoader(MeterBinder.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("eventLogMetrics"));
        application
                .withPropertyValues("eventsource.subscriptions.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("eventLogMetrics"));
    }
}
