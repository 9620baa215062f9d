package io.eventsource.autoconfigure.endpoint;

import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.webmvc.actuate.endpoint.web.WebMvcEndpointHandlerMapping;
import org.springframework.context.annotation.Bean;

/** Serves the endpoint's operations where Spring MVC serves Actuator, on the application's port or one of its own. */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnClass(WebMvcEndpointHandlerMapping.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class EndpointMappingConfiguration {

    @Bean
    static EndpointMappings eventsourceEndpointMappings() {
        return new EndpointMappings();
    }
}
