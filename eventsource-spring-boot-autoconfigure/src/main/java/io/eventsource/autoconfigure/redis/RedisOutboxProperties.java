package io.eventsource.autoconfigure.redis;

import io.eventsource.brokers.redis.RedisTransportSettings;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How Redis streams are written.
 *
 * @param maxLength How many entries a stream keeps, about.
 * @param whenUnread What becomes of entries beyond that which a consumer group still needs.
 * @param maxMessageBytes How large a payload may be; a larger one is refused for its own sake.
 * @param timeout How long to wait for the server's answer.
 */
@ConfigurationProperties("eventsource.outbox.redis")
public record RedisOutboxProperties(
        @DefaultValue("1000000") long maxLength,
        @DefaultValue("hold") RedisTransportSettings.WhenUnread whenUnread,
        @DefaultValue("1048576") int maxMessageBytes,
        @DefaultValue("5s") Duration timeout) {

    RedisTransportSettings settings() {
        return new RedisTransportSettings(maxLength, whenUnread, maxMessageBytes, timeout);
    }
}
