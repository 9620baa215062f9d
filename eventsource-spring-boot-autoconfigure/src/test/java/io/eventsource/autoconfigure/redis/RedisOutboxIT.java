package io.eventsource.autoconfigure.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.brokers.redis.StreamFullException;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.SubscriptionManager;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
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

    private final TestDatabase database = TestDatabase.migrated();

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
    void leave_by_what_boot_knows_of_redis() {
        application
                .withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
                .withPropertyValues("spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + PORT)
                .run(context -> assertArrives("accounts", deposit(context, 1)));
    }

    @Test
    void leave_by_a_client_of_the_application() {
        application
                .withBean(RedisClient.class, () -> RedisClient.create(URI))
                .run(context -> assertArrives("accounts", deposit(context, 1)));
    }

    @Test
    void a_payload_beyond_its_bound_is_refused_for_its_own_sake() {
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

    private static void createGroup(String stream) {
        RedisClient client = RedisClient.create(URI);
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            String unused = connection
                    .sync()
                    .xgroupCreate(StreamOffset.from(stream, "0-0"), "slow", XGroupCreateArgs.Builder.mkstream());
        } finally {
            client.shutdown();
        }
    }

    private static void depositAtOnce(BeanFactory context, int count) {
        context.getBean(EventStore.class)
                .append(StreamAppend.to("Account", UUID.randomUUID(), Collections.nCopies(count, new Deposited(7))));
    }

    private static @Nullable Throwable failure(BeanFactory context) {
        return context.getBean(SubscriptionManager.class)
                .status("outbox:accounts")
                .orElseThrow()
                .lastFailure();
    }

    /** Streams keep whole nodes beyond the maximal length. */
    private static void assertAboutAThousand(String stream) {
        assertThat(entries(stream)).hasSizeBetween(1_000, 1_400);
    }

    @Test
    void a_stream_that_is_full_holds() {
        createGroup("held");
        application
                .withBean(RedisClient.class, () -> RedisClient.create(URI))
                .withPropertyValues(
                        "eventsource.outbox.redis.max-length=1000",
                        "eventsource.outbox.redis.when-unread=hold",
                        "eventsource.outbox.destinations.accounts.topic=held")
                .run(context -> {
                    depositAtOnce(context, 2_000);

                    await().untilAsserted(() ->
                            assertThat(failure(context)).hasRootCauseInstanceOf(StreamFullException.class));
                    assertAboutAThousand("held");
                });
    }

    @Test
    void a_stream_that_is_full_is_trimmed_where_that_is_wanted() {
        createGroup("trimmed");
        application
                .withBean(RedisClient.class, () -> RedisClient.create(URI))
                .withPropertyValues(
                        "eventsource.outbox.redis.max-length=1000",
                        "eventsource.outbox.redis.when-unread=trim",
                        "eventsource.outbox.destinations.accounts.topic=trimmed")
                .run(context -> {
                    depositAtOnce(context, 2_000);

                    await().untilAsserted(
                                    () -> assertThat(entries("trimmed")).last().satisfies(entry -> assertThat(
                                                    entry.getBody())
                                            .containsEntry("ce_aggregateversion", "2000")));
                    assertAboutAThousand("trimmed");
                });
    }

    @Test
    void a_server_that_does_not_answer_within_the_timeout_counts_as_away() {
        RedisClient client = RedisClient.create(URI);
        application
                .withBean(RedisClient.class, () -> client)
                .withPropertyValues(
                        "eventsource.outbox.redis.timeout=150ms",
                        "eventsource.outbox.destinations.accounts.topic=silent")
                .run(context -> {
                    assertArrives("silent", deposit(context, 1));
                    try (StatefulRedisConnection<String, String> connection = client.connect()) {
                        String unused = connection
                                .sync()
                                .clientPause(Duration.ofSeconds(2).toMillis());
                    }
                    UUID account = deposit(context, 1);

                    await().untilAsserted(() ->
                            assertThat(failure(context)).hasStackTraceContaining("No answer of Redis within PT0.15S"));
                    assertArrives("silent", account);
                });
    }

    @Test
    void a_bound_that_is_none_stops_the_application() {
        application
                .withBean(RedisClient.class, () -> RedisClient.create(URI))
                .withPropertyValues("eventsource.outbox.redis.max-length=10")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining(
                                "eventsource.outbox.redis.max-length must be 1000 or more, but it is 10"));
    }
}
