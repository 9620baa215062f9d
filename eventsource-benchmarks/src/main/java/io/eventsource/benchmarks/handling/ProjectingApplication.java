package io.eventsource.benchmarks.handling;

import io.eventsource.projection.EventHandler;
import io.eventsource.projection.Projection;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Has a projection, so that the log is followed. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
final class ProjectingApplication {

    @Bean
    Happenings happenings() {
        return new Happenings();
    }

    /** Handles by doing nothing. */
    @Projection("happenings")
    static final class Happenings {

        @EventHandler
        void on(Happened event) {}
    }
}
