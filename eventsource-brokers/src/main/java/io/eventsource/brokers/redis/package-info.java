/** Events to and from Redis Streams. */
@NullMarked
package io.eventsource.brokers.redis;

import org.jspecify.annotations.NullMarked;
