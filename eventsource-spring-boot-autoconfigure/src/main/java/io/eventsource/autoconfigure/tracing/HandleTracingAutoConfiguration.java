package io.eventsource.autoconfigure.tracing;

import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.store.EventStore;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.TracingObservationHandler;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/** Links the spans of handlers to the traces that their events come from, where there is a tracer. */
@AutoConfiguration(
        after = EventStoreAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration",
            "org.springframework.boot.micrometer.tracing.autoconfigure.NoopTracerAutoConfiguration",
            "org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration"
        })
@ConditionalOnClass({Tracer.class, TracingObservationHandler.class})
@ConditionalOnBean({EventStore.class, Tracer.class})
public final class HandleTracingAutoConfiguration {

    /** Before Boot's handlers of any observation, of which the first that fits is taken. */
    private static final int ORDER = 0;

    /** Creates the configuration. */
    public HandleTracingAutoConfiguration() {}

    @Bean
    @Order(ORDER)
    HandleSpans eventHandleSpans(Tracer tracer) {
        return new HandleSpans(tracer);
    }
}
