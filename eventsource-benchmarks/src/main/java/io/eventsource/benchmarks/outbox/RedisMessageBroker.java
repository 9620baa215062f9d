package io.eventsource.benchmarks.outbox;

import io.eventsource.benchmarks.OrderLineAdded;
import io.eventsource.brokers.redis.RedisTransport;
import io.eventsource.brokers.redis.RedisTransportSettings;
import io.eventsource.outbox.MessageTransport;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Future;
import redis.embedded.RedisServer;

/** A Redis server that keeps nothing on disk. */
final class RedisMessageBroker implements MessageBroker {

    private static final int UNDER_WAY = 10_000;

    private final RedisServer server;
    private final RedisClient client;

    private RedisMessageBroker(RedisServer server, RedisClient client) {
        this.server = server;
        this.client = client;
    }

    static RedisMessageBroker start() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        RedisServer server = RedisServer.newRedisServer()
                .port(port)
                .bind("127.0.0.1")
                .setting("save \"\"")
                .build();
        server.start();
        return new RedisMessageBroker(
                server,
                RedisClient.create(
                        RedisURI.builder().withHost("127.0.0.1").withPort(port).build()));
    }

    @Override
    public MessageTransport transport() {
        return new RedisTransport(client, RedisTransportSettings.defaults());
    }

    @Override
    public void sendPlainly(int messages) throws Exception {
        try (StatefulRedisConnection<String, String> connection = client.connect(StringCodec.UTF8)) {
            Queue<Future<String>> underWay = new ArrayDeque<>();
            for (int i = 0; i < messages; i++) {
                if (underWay.size() == UNDER_WAY) {
                    underWay.remove().get();
                }
                Map<String, String> fields = PlainMessages.attributes(i);
                fields.put("key", PlainMessages.key(i));
                fields.put("data", OrderLineAdded.JSON);
                underWay.add(connection.async().xadd(PlainMessages.TOPIC, fields));
            }
            for (Future<String> each : underWay) {
                each.get();
            }
        }
    }

    @Override
    public void close() {
        client.shutdown();
        try {
            server.stop();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
