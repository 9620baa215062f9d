package io.eventsource.autoconfigure.web;

import io.eventsource.EventSourceException;
import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.context.ActorResolver;
import io.eventsource.context.TenantResolver;
import io.eventsource.store.EventStore;
import io.micrometer.context.ContextRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.util.AlternativeJdkIdGenerator;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;

/** Lets events inherit tenant, actor and correlation from the HTTP request that causes them, in reactive applications. */
@AutoConfiguration(after = EventStoreAutoConfiguration.class)
@ConditionalOnBean(EventStore.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass({WebFilter.class, Mono.class, ContextRegistry.class})
@EnableConfigurationProperties(MetadataProperties.class)
public final class ReactiveRequestMetadataAutoConfiguration {

    /** Creates the configuration. */
    public ReactiveRequestMetadataAutoConfiguration() {}

    @Bean
    @ConditionalOnBooleanProperty(name = "eventsource.metadata.enabled", matchIfMissing = true)
    ReactiveRequestMetadataFilter eventReactiveRequestMetadataFilter(
            MetadataProperties properties,
            ObjectProvider<TenantResolver<ServerWebExchange>> tenants,
            ObjectProvider<ActorResolver<ServerWebExchange>> actors,
            Environment environment) {
        String propagation = environment.getProperty(ReactorContextDefaults.PROPERTY, ReactorContextDefaults.AUTO);
        if (!propagation.equalsIgnoreCase(ReactorContextDefaults.AUTO)) {
            throw new EventSourceException(
                    "%s is %s, so the metadata of a request would not reach the events that it causes. Remove the property, or set it to auto; or set eventsource.metadata.enabled=false."
                            .formatted(ReactorContextDefaults.PROPERTY, propagation));
        }
        return new ReactiveRequestMetadataFilter(
                properties.correlationHeader(),
                tenants.getIfAvailable(() -> exchange -> null),
                actors.getIfAvailable(),
                new RequestValues(new AlternativeJdkIdGenerator()));
    }
}
