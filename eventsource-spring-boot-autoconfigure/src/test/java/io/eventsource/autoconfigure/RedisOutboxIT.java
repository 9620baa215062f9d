package io.eventsource.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import redis.embedded.RedisServer;

/** Events that leave a running application for a real Redis server. */
class RedisOutboxIT {

    private static final int PORT = freePort();
    private static final RedisURI URI =
            RedisURI.builder().withHost("127.0.0.1").withPort(PORT).build();
    private static final RedisServer SERVER = server();

    private final TestDatabase database = TestDatabase.create();

    private final ApplicationContextRunner application = Runners.on(database)
            .withConfiguration(
                    AutoConfigurations.of(RedisClientAutoConfiguration.class, RedisOutboxAutoConfiguration.class))
            .withPropertyValues(
                    "spring.application.name=bank",
                    "eventsource.outbox.destinations.accounts.transport=redis",
                    "eventsource.outbox.destinations.accounts.events=deposited");

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    private static RedisServer server() {
        try {
            return RedisServer.newRedisServer()
                    .port(PORT)
                    .bind("127.0.0.1")
                    .setting("save \"\"")
                    .build();
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    @BeforeAll
    static void startTheServer() throws IOException {
        SERVER.start();
    }

    @AfterAll
    static void stopTheServer() throws IOException {
        SERVER.stop();
    }

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static UUID deposit(BeanFactory context, int count) {
        UUID account = UUID.randomUUID();
        for (int i = 0; i < count; i++) {
            context.getBean(EventStore.class).append(StreamAppend.to("Account", account, new Deposited(7)));
        }
        return account;
    }

    private static List<StreamMessage<String, String>> entries(String stream) {
        RedisClient client = RedisClient.create(URI);
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            return connection.sync().xrange(stream, Range.unbounded());
        } finally {
            client.shutdown();
        }
    }

    private static void assertArrives(String stream, UUID account) {
        await().untilAsserted(() -> assertThat(entries(stream)).anySatisfy(entry -> assertThat(entry.getBody())
                .containsEntry("key", account.toString())
                .containsEntry("ce_source", "/bank")
                .containsEntry("data", "{\"amount\": 7}")));
    }

    @Test
    void leaveByWhatBootKnowsOfRedis() {
        application
                .withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
                .withPropertyValues("spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + PORT)
                .run(context -> assertArrives("accounts", deposit(context, 1)));
    }

    @Test
    void leaveByAClientOfTheApplication() {
        application
                .withBean(RedisClient.class, () -> RedisClient.create(URI))
                .run(context -> assertArrives("accounts", deposit(context, 1)));
    }

    @Test
    void aPayloadBeyondItsBoundIsRefusedForItsOwnSake() {
        application
                .withBean(RedisClient.class, () -> RedisClient.create(URI))
                .withPropertyValues(
                        "eventsource.outbox.redis.max-message-bytes=3",
                        "eventsource.outbox.destinations.accounts.topic=bounded")
                .run(context -> {
                    deposit(context, 1);

                    await().until(() ->
                            database.count("SELECT count(*) FROM eventsource.dead_letter_queue WHERE status = 'failed'")
                                    == 1);
                    assertThat(entries("bounded")).isEmpty();
                });
    }

    @Test
    void aBoundThatIsNoneStopsTheApplication() {
        application
                .withBean(RedisClient.class, () -> RedisClient.create(URI))
                .withPropertyValues("eventsource.outbox.redis.max-length=10")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining(
                                "eventsource.outbox.redis.max-length must be 1000 or more, but it is 10"));
    }
}
