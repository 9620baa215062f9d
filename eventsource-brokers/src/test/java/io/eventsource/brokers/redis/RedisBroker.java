package io.eventsource.brokers.redis;

import io.eventsource.test.TcpProxy;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import redis.embedded.RedisServer;

/** A real Redis server. Clients under test reach it through a proxy, tests directly. It keeps its data when it is stopped and started again. */
final class RedisBroker implements AutoCloseable {

    private static final AtomicInteger STREAMS = new AtomicInteger();

    private final int port = freePort();
    private final TcpProxy proxy = new TcpProxy(port);
    private final Path folder;
    private final RedisClient direct;
    private RedisServer server;

    private RedisBroker(Path folder) {
        this.folder = folder;
        this.server = launch();
        this.direct = client(port);
    }

    static RedisBroker start() {
        try {
            Path target = Files.createDirectories(Path.of("target"));
            return new RedisBroker(Files.createTempDirectory(target, "redis-").toAbsolutePath());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private RedisServer launch() {
        try {
            RedisServer launched = RedisServer.newRedisServer()
                    .port(port)
                    .bind("127.0.0.1")
                    .setting("dir " + folder)
                    .setting("appendonly yes")
                    .setting("appendfsync always")
                    .setting("save \"\"")
                    .build();
            launched.start();
            return launched;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    void stop() {
        try {
            server.stop();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    void restart() {
        server = launch();
    }

    private static RedisClient client(int port) {
        return RedisClients.of("redis://127.0.0.1:" + port).client();
    }

    /** What leads to it past the proxy. */
    String address() {
        return "redis://127.0.0.1:" + port;
    }

    /** A client of its own, through the proxy. */
    RedisClient proxiedClient() {
        return client(proxy.port());
    }

    TcpProxy proxy() {
        return proxy;
    }

    String newStream() {
        return "stream-" + STREAMS.incrementAndGet();
    }

    StatefulRedisConnection<String, byte[]> connect() {
        return direct.connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE));
    }

    List<StreamMessage<String, byte[]>> entriesOf(String stream) {
        try (StatefulRedisConnection<String, byte[]> connection = connect()) {
            return connection.sync().xrange(stream, Range.unbounded());
        }
    }

    List<String> idsIn(String stream) {
        return entriesOf(stream).stream()
                .map(entry -> RedisMessages.read(stream, entry).id())
                .toList();
    }

    @Override
    public void close() {
        direct.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        proxy.close();
        stop();
    }
}
