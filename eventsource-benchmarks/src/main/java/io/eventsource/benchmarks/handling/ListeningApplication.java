package io.eventsource.benchmarks.handling;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.modulith.events.ApplicationModuleListener;

/** Has a listener of Spring Modulith, so that publications of events are kept. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class ListeningApplication {

    @Bean
    Listener listener() {
        return new Listener();
    }

    /** Handles by doing nothing. */
    static class Listener {

        @ApplicationModuleListener
        void on(String happened) {}
    }
}
