package io.eventsource.autoconfigure.web;

import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.context.ActorResolver;
import io.eventsource.context.TenantResolver;
import io.eventsource.store.EventStore;
import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.util.AlternativeJdkIdGenerator;
import org.springframework.web.filter.OncePerRequestFilter;

/** Lets events inherit tenant, actor and correlation from the HTTP request that causes them. */
@AutoConfiguration(after = EventStoreAutoConfiguration.class)
@ConditionalOnBean(EventStore.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({OncePerRequestFilter.class, HttpServletRequest.class})
@EnableConfigurationProperties(MetadataProperties.class)
public final class RequestMetadataAutoConfiguration {

    /** The order of Spring Security's filter chain, where the application sets no other. */
    private static final int SECURITY_ORDER = -100;

    /** Creates the configuration. */
    public RequestMetadataAutoConfiguration() {}

    @Bean
    @ConditionalOnBooleanProperty(name = "eventsource.metadata.enabled", matchIfMissing = true)
    FilterRegistrationBean<RequestMetadataFilter> eventRequestMetadataFilter(
            MetadataProperties properties,
            ObjectProvider<TenantResolver<HttpServletRequest>> tenants,
            ObjectProvider<ActorResolver<HttpServletRequest>> actors,
            Environment environment) {
        FilterRegistrationBean<RequestMetadataFilter> registration =
                new FilterRegistrationBean<>(new RequestMetadataFilter(
                        properties.correlationHeader(),
                        tenants.getIfAvailable(() -> request -> null),
                        actors.getIfAvailable(() -> RequestMetadataAutoConfiguration::principal),
                        new RequestValues(new AlternativeJdkIdGenerator())));
        // behind authentication
        registration.setOrder(
                environment.getProperty("spring.security.filter.order", Integer.class, SECURITY_ORDER) + 10);
        return registration;
    }

    /** The actor of requests unless the application says otherwise; null for one that nobody has authenticated. */
    private static @Nullable String principal(HttpServletRequest request) {
        Principal principal = request.getUserPrincipal();
        return principal == null ? null : principal.getName();
    }
}
