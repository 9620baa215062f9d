package io.eventsource.autoconfigure.health;

import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroupsPostProcessor;
import org.springframework.context.annotation.Bean;

/** Has probes ask for what they should, where Actuator is present and serves them. */
@AutoConfiguration(after = EventSourceHealthAutoConfiguration.class)
@ConditionalOnClass({HealthEndpointGroupsPostProcessor.class, SecurityContext.class})
@ConditionalOnBean(EventSourceHealthIndicator.class)
@ConditionalOnBooleanProperty(name = "management.endpoint.health.probes.enabled", matchIfMissing = true)
public final class ProbeGroupsAutoConfiguration {

    /** Creates the configuration. */
    public ProbeGroupsAutoConfiguration() {}

    @Bean
    ProbeGroups eventsourceProbeGroups() {
        return new ProbeGroups();
    }
}
