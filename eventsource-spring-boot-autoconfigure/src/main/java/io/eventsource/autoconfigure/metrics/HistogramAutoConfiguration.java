package io.eventsource.autoconfigure.metrics;

import io.micrometer.core.instrument.config.MeterFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Keeps histograms of the library's timers, so that percentiles can be computed over all instances. */
@AutoConfiguration
@ConditionalOnClass(MeterFilter.class)
@ConditionalOnBooleanProperty(name = "eventsource.enabled", matchIfMissing = true)
public final class HistogramAutoConfiguration {

    /** Creates the configuration. */
    public HistogramAutoConfiguration() {}

    /** Before Boot's filter, so that {@code management.metrics.distribution.*} wins. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    MeterFilter eventHistograms() {
        return new Histograms();
    }
}
