package io.eventsource.autoconfigure.health;

import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.DefaultPropertiesPropertySource;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Ranks the status {@code DEGRADED} between {@code OUT_OF_SERVICE} and {@code UP}: Actuator would take a status that it
 * does not know for the worst of all. Goes to the default properties, which rank last, so that any setting of the
 * application's wins.
 */
final class HealthStatusDefaults implements EnvironmentPostProcessor, Ordered {

    private static final String ORDER = "management.endpoint.health.status.order";

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        // the application may have a default of its own, and merging would replace it
        if (!environment.containsProperty(ORDER)) {
            DefaultPropertiesPropertySource.addOrMerge(
                    Map.of(ORDER, "down,out-of-service,degraded,up,unknown"), environment.getPropertySources());
        }
    }

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }
}
