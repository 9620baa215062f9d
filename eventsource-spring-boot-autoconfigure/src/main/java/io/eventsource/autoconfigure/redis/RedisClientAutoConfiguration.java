package io.eventsource.autoconfigure.redis;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Takes over what Boot has made of {@code spring.data.redis.*}. */
@AutoConfiguration(after = DataRedisAutoConfiguration.class, before = RedisOutboxAutoConfiguration.class)
@ConditionalOnClass({LettuceConnectionFactory.class, DataRedisAutoConfiguration.class})
@ConditionalOnSingleCandidate(LettuceConnectionFactory.class)
public final class RedisClientAutoConfiguration {

    /** Creates the configuration. */
    public RedisClientAutoConfiguration() {}

    @Bean
    RedisClientSource eventsourceRedisClientSource(LettuceConnectionFactory factory) {
        return factory::getRequiredNativeClient;
    }
}
