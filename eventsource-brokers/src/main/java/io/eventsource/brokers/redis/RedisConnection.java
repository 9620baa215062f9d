package io.eventsource.brokers.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A connection of its own to a server or a cluster, and bounded waiting for its answers.
 *
 * @param connection the connection
 * @param commands its commands, which answer later
 */
record RedisConnection(
        StatefulConnection<String, byte[]> connection, RedisClusterAsyncCommands<String, byte[]> commands)
        implements AutoCloseable {

    private static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

    static RedisConnection to(AbstractRedisClient client) {
        if (client instanceof RedisClient single) {
            StatefulRedisConnection<String, byte[]> connection = single.connect(CODEC);
            return new RedisConnection(connection, connection.async());
        }
        if (client instanceof RedisClusterClient cluster) {
            StatefulRedisClusterConnection<String, byte[]> connection = cluster.connect(CODEC);
            return new RedisConnection(connection, connection.async());
        }
        throw new IllegalArgumentException("Streams need a RedisClient or a RedisClusterClient, not %s"
                .formatted(client.getClass().getName()));
    }

    /**
     * Waits for an answer.
     *
     * @throws RedisCommandExecutionException when the server refuses the command
     * @throws RedisException when it does not answer in time or is away
     */
    static <T> T await(RedisFuture<T> future, Duration timeout) throws InterruptedException {
        try {
            return future.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failure) {
            throw failure.getCause() instanceof RedisException known ? known : new RedisException(failure.getCause());
        } catch (TimeoutException silence) {
            throw new RedisException("No answer of Redis within " + timeout, silence);
        } finally {
            // what is answered already stays as it is
            future.cancel(false);
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
