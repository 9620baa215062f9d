package io.eventsource.autoconfigure.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Feeds;
import io.eventsource.autoconfigure.testing.Indicators;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.brokers.kafka.KafkaTransport;
import io.eventsource.brokers.redis.RedisTransport;
import io.eventsource.brokers.redis.RedisTransportSettings;
import io.eventsource.deadletter.DeadLetter;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.message.MessageAttributes;
import io.eventsource.message.MessageContent;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.MessageTransport.SendOutcome;
import io.eventsource.outbox.OutgoingMessage;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.SubscriptionManager;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.kafka.test.EmbeddedKafkaBroker;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;
import redis.embedded.RedisServer;

/** Projections that are fed from real brokers. */
@Timeout(120)
class FeedsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final AtomicInteger TOPICS = new AtomicInteger();

    private static final EmbeddedKafkaBroker KAFKA = new EmbeddedKafkaKraftBroker(1, 2)
            .brokerProperties(Map.of("group.initial.rebalance.delay.ms", "0", "offsets.topic.num.partitions", "1"));

    private static RedisServer redis;
    private static int redisPort;

    private final TestDatabase database = TestDatabase.migrated();
    private final String topic = "deposits-" + TOPICS.incrementAndGet();
    private final String key = UUID.randomUUID().toString();
    private final ApplicationContextRunner application = Runners.on(database)
            .withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class, DataRedisAutoConfiguration.class))
            .withPropertyValues(
                    "spring.kafka.bootstrap-servers=" + KAFKA.getBrokersAsString(),
                    // for the application's own listeners
                    "spring.kafka.consumer.group-id=others",
                    "spring.kafka.consumer.enable-auto-commit=true",
                    "spring.data.redis.port=" + redisPort)
            .withBean(Feeds.Incoming.class);

    @BeforeAll
    static void startBrokers() throws IOException {
        KAFKA.afterPropertiesSet();
        try (ServerSocket free = new ServerSocket(0)) {
            redisPort = free.getLocalPort();
        }
        redis = RedisServer.newRedisServer().port(redisPort).bind("127.0.0.1").build();
        redis.start();
    }

    @AfterAll
    static void stopBrokers() throws IOException {
        redis.stop();
        KAFKA.destroy();
    }

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private ApplicationContextRunner fedBy(String transport) {
        return application
                .withPropertyValues(Feeds.feed(transport))
                .withPropertyValues("eventsource.inbox.feeds.bank.topics=" + topic);
    }

    private void newKafkaTopic() {
        KAFKA.addTopics(new NewTopic(topic, 2, (short) 1));
    }

    private OutgoingMessage message(long amount) {
        return new OutgoingMessage(
                topic,
                key,
                new MessageAttributes(UUID.randomUUID().toString(), "/bank", "deposited", key, Instant.now()),
                MessageContent.json("{\"amount\": %d}".formatted(amount)),
                Map.of("aggregatetype", "Account"),
                amount);
    }

    private void send(MessageTransport transport, long... amounts) throws InterruptedException {
        for (long amount : amounts) {
            assertThat(transport.send(List.of(message(amount)))).allMatch(SendOutcome::acknowledged);
        }
    }

    private void sendToKafka(long... amounts) throws InterruptedException {
        try (KafkaTransport transport = KafkaTransport.start(Map.of("bootstrap.servers", KAFKA.getBrokersAsString()))) {
            send(transport, amounts);
        }
    }

    private void sendToRedis(long... amounts) throws InterruptedException {
        RedisClient client = RedisClient.create("redis://127.0.0.1:" + redisPort);
        try (RedisTransport transport = new RedisTransport(client, RedisTransportSettings.defaults())) {
            send(transport, amounts);
        } finally {
            client.shutdown();
        }
    }

    private static void awaitAmounts(BeanFactory context, Long... amounts) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(context.getBean(Feeds.Incoming.class).amounts)
                .containsExactly(amounts));
    }

    private static Health health(BeanFactory context) {
        Health health = Indicators.health(context, "eventsourceInbox");
        return Objects.requireNonNull(health);
    }

    private long groups(String group) {
        return database.count("SELECT count(*) FROM eventsource.event_inbox WHERE consumer = ?", group);
    }

    @Test
    void a_projection_is_fed_from_a_topic_instead_of_the_log() throws InterruptedException {
        newKafkaTopic();
        sendToKafka(1, 2);

        fedBy("kafka").run(context -> {
            EventStore store = context.getBean(EventStore.class);
            store.append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(100)));
            awaitAmounts(context, 1L, 2L);
            sendToKafka(3);

            awaitAmounts(context, 1L, 2L, 3L);
            assertThat(context.getBean(SubscriptionManager.class).names()).isEmpty();
            assertThat(groups("incoming")).isEqualTo(3);
            assertThat(health(context).getStatus().getCode()).isEqualTo("UP");
        });
    }

    @Test
    void each_service_reads_a_topic_for_itself() throws InterruptedException {
        newKafkaTopic();
        sendToKafka(1);
        try (TestDatabase other = TestDatabase.create()) {
            fedBy("kafka").run(context -> awaitAmounts(context, 1L));

            fedBy("kafka")
                    .withPropertyValues(other.properties())
                    .withPropertyValues("eventsource.inbox.feeds.bank.group=another")
                    .run(context -> awaitAmounts(context, 1L));
        }
        fedBy("kafka").run(context -> {
            sendToKafka(2);
            awaitAmounts(context, 2L);
        });
    }

    @Test
    void a_projection_is_fed_from_a_stream_also_after_the_context_was_stopped_and_started() {
        fedBy("redis").run(context -> {
            sendToRedis(1);
            awaitAmounts(context, 1L);
            context.getSourceApplicationContext().stop();
            sendToRedis(2);
            assertThat(context.getBean(InboxFeeds.class).running()).isEmpty();

            context.getSourceApplicationContext().start();

            awaitAmounts(context, 1L, 2L);
        });
    }

    @Test
    void a_message_that_fails_is_retried_as_any_dead_letter_and_those_behind_it_follow() {
        fedBy("redis")
                .withPropertyValues("eventsource.dead-letters.replay.interval=100ms")
                .run(context -> {
                    Feeds.Incoming incoming = context.getBean(Feeds.Incoming.class);
                    incoming.before = amount -> {
                        if (amount == 2) {
                            throw new IllegalStateException("not two");
                        }
                    };
                    sendToRedis(1);
                    awaitAmounts(context, 1L);
                    sendToRedis(2, 3);
                    DeadLetterRepository letters = context.getBean(DeadLetterRepository.class);
                    await().atMost(PATIENCE)
                            .until(() -> letters.list(DeadLetterRepository.Filter.OPEN, 0, 10)
                                            .size()
                                    == 2);
                    DeadLetter failed = letters.list(
                                    DeadLetterRepository.Filter.ALL.withStatuses(DeadLetter.Status.FAILED), 0, 10)
                            .get(0);
                    assertThat(failed.projection()).isEqualTo("incoming");
                    assertThat(failed.attempts().retries()).isEqualTo(1);

                    incoming.before = amount -> {};
                    assertThat(letters.markRetrying(failed.id())).isTrue();

                    awaitAmounts(context, 1L, 2L, 3L);
                    await().atMost(PATIENCE).until(() -> letters.list(DeadLetterRepository.Filter.OPEN, 0, 10)
                            .isEmpty());
                });
    }

    @Test
    void without_continue_on_error_the_stream_waits_and_health_says_so() {
        fedBy("redis")
                .withPropertyValues("eventsource.inbox.feeds.bank.dead-letter.enabled=false")
                .run(context -> {
                    context.getBean(Feeds.Incoming.class).before = amount -> {
                        throw new IllegalStateException("not one");
                    };
                    sendToRedis(1);

                    await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                                    health(context).getStatus().getCode())
                            .isEqualTo("DEGRADED"));

                    assertThat(String.valueOf(health(context).getDetails().get("incoming")))
                            .contains("java.lang.IllegalStateException", topic)
                            // what a handler says may hold data, and health is read by many
                            .doesNotContain("not one");
                    context.getBean(Feeds.Incoming.class).before = amount -> {};
                    awaitAmounts(context, 1L);
                    await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                                    health(context).getStatus().getCode())
                            .isEqualTo("UP"));
                });
    }

    @Test
    void without_its_broker_the_application_starts_and_health_names_it() {
        fedBy("kafka")
                .withPropertyValues("spring.kafka.bootstrap-servers=localhost:1")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                                    health(context).getStatus().getCode())
                            .isEqualTo("DEGRADED"));
                    assertThat(String.valueOf(health(context).getDetails().get("incoming")))
                            .contains("localhost:1", topic);
                });
    }

    @Test
    void a_feed_that_is_not_started_is_neither_read_nor_down() {
        fedBy("redis")
                .withPropertyValues("eventsource.inbox.feeds.bank.auto-startup=false")
                .run(context -> {
                    assertThat(context.getBean(InboxFeeds.class).running()).isEmpty();
                    assertThat(health(context).getStatus().getCode()).isEqualTo("UP");
                });
    }

    @Test
    void a_feed_that_has_ended_although_it_is_to_run_is_down() {
        fedBy("redis").run(context -> {
            context.getBean(InboxFeeds.class).all().get(0).readers().forEach(reader -> reader.stop(PATIENCE));

            assertThat(health(context).getStatus().getCode()).isEqualTo("DOWN");
        });
    }

    @Test
    void without_the_inbox_nothing_is_read_and_the_log_is_not_read_in_its_place() {
        fedBy("redis").withPropertyValues("eventsource.inbox.enabled=false").run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(InboxFeeds.class);
            assertThat(context.getBean(SubscriptionManager.class).names()).isEmpty();
        });
    }

    @Test
    void a_closed_application_leaves_no_thread_behind() throws InterruptedException {
        newKafkaTopic();
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        fedBy("kafka").run(context -> {
            sendToKafka(1);
            awaitAmounts(context, 1L);
        });

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .filteredOn(thread -> !before.contains(thread))
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.startsWith("eventsource-") || name.startsWith("kafka-coordinator")));
    }
}
