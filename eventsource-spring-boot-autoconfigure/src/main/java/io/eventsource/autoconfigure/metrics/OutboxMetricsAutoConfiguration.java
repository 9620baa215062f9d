package io.eventsource.autoconfigure.metrics;

import io.eventsource.autoconfigure.outbox.OutboxAutoConfiguration;
import io.eventsource.autoconfigure.outbox.OutboxDestinations;
import io.eventsource.autoconfigure.outbox.OutboxProperties;
import io.eventsource.autoconfigure.outbox.OutboxTask;
import io.eventsource.outbox.Outbox;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Measures how far destinations are where Micrometer is present. */
@AutoConfiguration(after = OutboxAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnBean({Outbox.class, OutboxDestinations.class})
public final class OutboxMetricsAutoConfiguration {

    /** Creates the configuration. */
    public OutboxMetricsAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    OutboxMetrics eventOutboxMetrics(Outbox outbox, OutboxDestinations destinations) {
        return new OutboxMetrics(outbox, destinations.names());
    }

    @Bean
    OutboxTask eventOutboxMeasuring(OutboxMetrics metrics, OutboxProperties properties) {
        return new OutboxTask("Measuring the outbox", properties.statisticsInterval(), metrics::look);
    }
}
