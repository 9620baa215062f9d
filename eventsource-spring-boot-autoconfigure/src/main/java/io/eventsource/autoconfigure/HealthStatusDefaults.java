package io.eventsource.autoconfigure;

import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Ranks the status {@code DEGRADED} between {@code OUT_OF_SERVICE} and {@code UP}: Actuator would take a status that it
 * does not know for the worst of all. Added last, so that any setting of the application's wins.
 */
final class HealthStatusDefaults implements EnvironmentPostProcessor, Ordered {

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        environment
                .getPropertySources()
                .addLast(new MapPropertySource(
                        "eventsourceHealthStatusDefaults",
                        Map.of("management.endpoint.health.status.order", "down,out-of-service,degraded,up,unknown")));
    }

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }
}
