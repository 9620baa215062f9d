package io.eventsource.autoconfigure.web;

import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.env.DefaultPropertiesPropertySource;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Has Reactor bring its context to the threads that work for a request of a reactive application, by a default property: what the
 * application says takes precedence.
 */
final class ReactorContextDefaults implements EnvironmentPostProcessor, Ordered {

    static final String PROPERTY = "spring.reactor.context-propagation";
    static final String AUTO = "auto";

    /** After the application's own configuration files have been read. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        if (application.getWebApplicationType() == WebApplicationType.REACTIVE
                && environment.getProperty("eventsource.enabled", Boolean.class, true)
                && environment.getProperty("eventsource.metadata.enabled", Boolean.class, true)
                && !environment.containsProperty(PROPERTY)) {
            DefaultPropertiesPropertySource.addOrMerge(Map.of(PROPERTY, AUTO), environment.getPropertySources());
        }
    }
}
