package io.eventsource.autoconfigure.redis;

import io.eventsource.EventSourceException;
import io.eventsource.autoconfigure.outbox.OutboxAutoConfiguration;
import io.eventsource.autoconfigure.outbox.OutboxDestinations;
import io.eventsource.brokers.redis.RedisTransport;
import io.eventsource.brokers.redis.RedisTransportSettings;
import io.eventsource.outbox.MessageTransport;
import io.lettuce.core.AbstractRedisClient;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;

/** Carries messages to Redis Streams where Lettuce is present and a destination asks for it. */
@AutoConfiguration(after = OutboxAutoConfiguration.class)
@ConditionalOnClass({RedisTransport.class, AbstractRedisClient.class})
@ConditionalOnBean(OutboxDestinations.class)
@EnableConfigurationProperties(RedisOutboxProperties.class)
public final class RedisOutboxAutoConfiguration {

    /** The name by which destinations with the transport redis find it. */
    private static final String BEAN = "eventsourceRedisTransport";

    /** Creates the configuration. */
    public RedisOutboxAutoConfiguration() {}

    @Bean(BEAN)
    @Lazy
    @ConditionalOnMissingBean(name = BEAN)
    MessageTransport eventsourceRedisTransport(
            RedisOutboxProperties properties,
            ObjectProvider<AbstractRedisClient> clients,
            ObjectProvider<RedisClientSource> boot) {
        AbstractRedisClient client = clients.getIfUnique(() -> boot.getIfAvailable(() -> () -> {
                    throw new EventSourceException(
                            "There is no connection to Redis. Add org.springframework.boot:spring-boot-data-redis and set spring.data.redis.*, or declare a bean of type RedisClient or RedisClusterClient, one of them @Primary where there are several.");
                })
                .client());
        return new RedisTransport(client, settings(properties));
    }

    private static RedisTransportSettings settings(RedisOutboxProperties properties) {
        try {
            return properties.settings();
        } catch (IllegalArgumentException invalid) {
            throw new EventSourceException("eventsource.outbox.redis." + invalid.getMessage(), invalid);
        }
    }
}
