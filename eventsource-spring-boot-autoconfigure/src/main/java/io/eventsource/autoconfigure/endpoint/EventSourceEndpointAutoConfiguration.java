package io.eventsource.autoconfigure.endpoint;

import io.eventsource.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.eventsource.autoconfigure.health.SubscriptionJudge;
import io.eventsource.autoconfigure.outbox.OutboxAutoConfiguration;
import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.log.HighWaterMark;
import io.eventsource.log.StalledWriters;
import io.eventsource.outbox.Outbox;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.store.EventStore;
import io.eventsource.subscription.SubscriptionManager;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** The endpoint {@code eventsource}, where Actuator is present and exposes it. */
@AutoConfiguration(
        after = {EventStoreAutoConfiguration.class, DeadLetterAutoConfiguration.class, OutboxAutoConfiguration.class})
@ConditionalOnClass({WebEndpoint.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnBean(EventStore.class)
@ConditionalOnAvailableEndpoint(endpoint = EventSourceEndpoint.class)
@EnableConfigurationProperties(EndpointProperties.class)
public final class EventSourceEndpointAutoConfiguration {

    /** Creates the configuration. */
    public EventSourceEndpointAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    EventSourceEndpoint eventSourceEndpoint(ObjectProvider<EndpointArea> areas) {
        return new EventSourceEndpoint(areas.orderedStream().toList());
    }

    @Bean
    @ConditionalOnBean(SubscriptionManager.class)
    SubscriptionArea eventsourceSubscriptionArea(SubscriptionManager manager, ObjectProvider<SubscriptionJudge> judge) {
        return new SubscriptionArea(manager, manager, judge.getIfAvailable());
    }

    @Bean
    @ConditionalOnBean(DeadLetterRepository.class)
    DeadLetterArea eventsourceDeadLetterArea(
            DeadLetterRepository repository,
            ObjectProvider<DeadLetterReplay> replay,
            ObjectProvider<SubscriptionManager> manager,
            EndpointProperties properties) {
        return new DeadLetterArea(
                repository, replay.getIfAvailable(), manager.getIfAvailable(), properties.showPayloads());
    }

    @Bean
    @ConditionalOnBean(Outbox.class)
    OutboxArea eventsourceOutboxArea(Outbox outbox) {
        return new OutboxArea(outbox);
    }

    @Bean
    StreamArea eventsourceStreamArea(EventStore store, PayloadSerializer serializer, EndpointProperties properties) {
        return new StreamArea(store, serializer, properties.showPayloads());
    }

    @Bean
    LogArea eventsourceLogArea(
            HighWaterMark highWaterMark, StalledWriters stalled, ObjectProvider<SubscriptionManager> manager) {
        return new LogArea(highWaterMark, stalled, manager.getIfAvailable());
    }
}
