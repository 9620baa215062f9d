package io.eventsource.autoconfigure.redis;

import io.eventsource.autoconfigure.inbox.InboxAutoConfiguration;
import io.eventsource.brokers.redis.RedisInboxFeed;
import io.lettuce.core.AbstractRedisClient;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Feeds from Redis Streams, with the settings of {@code spring.data.redis}. */
@AutoConfiguration(after = DataRedisAutoConfiguration.class, before = InboxAutoConfiguration.class)
@ConditionalOnClass({
    RedisInboxFeed.class,
    AbstractRedisClient.class,
    LettuceConnectionFactory.class,
    DataRedisAutoConfiguration.class
})
@ConditionalOnBean({LettuceConnectionFactory.class, DataRedisProperties.class})
public final class RedisInboxAutoConfiguration {

    /** Creates the configuration. */
    public RedisInboxAutoConfiguration() {}

    @Bean
    RedisFeedFactory redisFeedFactory(LettuceConnectionFactory connections, DataRedisProperties properties) {
        return new RedisFeedFactory(connections, properties.getTimeout());
    }
}
