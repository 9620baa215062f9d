package io.eventsource.autoconfigure.checks;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.ConfigurableEnvironment;

/** Stops the start of an application in which something of this library would do nothing. */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "eventsource.enabled", matchIfMissing = true)
@EnableConfigurationProperties(CheckProperties.class)
public final class CheckAutoConfiguration {

    /** Creates the configuration. */
    public CheckAutoConfiguration() {}

    @Bean
    static PropertyCheck eventSourcePropertyCheck(ConfigurableEnvironment environment) {
        return new PropertyCheck(environment);
    }

    @Bean
    static ClassCheck eventSourceClassCheck(ConfigurableEnvironment environment) {
        return new ClassCheck(environment);
    }
}
