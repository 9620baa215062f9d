package io.eventsource.autoconfigure;

import io.eventsource.event.EventCodec;
import io.eventsource.event.PayloadSerializer;
import io.eventsource.outbox.Destination;
import io.eventsource.store.EventStore;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Publishes events to the destinations that are said in properties, by classes of events, and by beans. */
@AutoConfiguration(after = EventStoreAutoConfiguration.class)
@ConditionalOnBean(EventStore.class)
@ConditionalOnBooleanProperty(name = "eventsource.outbox.enabled", matchIfMissing = true)
@EnableConfigurationProperties(OutboxProperties.class)
public final class OutboxAutoConfiguration {

    /** Creates the configuration. */
    public OutboxAutoConfiguration() {}

    @Bean
    OutboxHandlers eventOutboxHandlers(
            OutboxProperties properties,
            ObjectProvider<Destination> destinations,
            EventCodec codec,
            PayloadSerializer serializer,
            ApplicationContext context,
            Environment environment) {
        DestinationDefinitions definitions = new DestinationDefinitions(
                properties, codec.registry(), environment.getProperty("spring.application.name"));
        return new OutboxHandlers(
                definitions.of(destinations.orderedStream().toList()),
                new OutboxTransports(context),
                codec,
                serializer,
                context);
    }
}
