package io.eventsource.sample.order;

import io.eventsource.context.ActorResolver;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Who sends requests: the service has no users of its own and believes its gateway. */
@Configuration(proxyBeanMethods = false)
class OrderWebConfiguration {

    @Bean
    ActorResolver<HttpServletRequest> actors() {
        return request -> request.getHeader("X-Actor-Id");
    }
}
