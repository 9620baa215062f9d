package io.eventsource.autoconfigure.redis;

import io.lettuce.core.AbstractRedisClient;

/** The client of Lettuce that Boot has made. */
interface RedisClientSource {

    AbstractRedisClient client();
}
