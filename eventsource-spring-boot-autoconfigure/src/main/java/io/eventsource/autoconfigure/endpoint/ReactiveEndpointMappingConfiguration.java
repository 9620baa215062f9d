package io.eventsource.autoconfigure.endpoint;

import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.webflux.actuate.endpoint.web.WebFluxEndpointHandlerMapping;
import org.springframework.context.annotation.Bean;

/** Serves the endpoint's operations where Spring WebFlux serves Actuator, on the application's port or one of its own. */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnClass(WebFluxEndpointHandlerMapping.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
final class ReactiveEndpointMappingConfiguration {

    @Bean
    static ReactiveEndpointMappings eventsourceReactiveEndpointMappings() {
        return new ReactiveEndpointMappings();
    }
}
