package io.eventsource.brokers.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.eventsource.brokers.InboxDatabase;
import io.eventsource.brokers.InboxDatabase.Counted;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.event.EventEnvelope;
import io.eventsource.inbox.InboxConsumer;
import io.eventsource.inbox.InboxFeed;
import io.eventsource.outbox.MessageTransport.SendOutcome;
import io.eventsource.outbox.OutgoingMessage;
import io.lettuce.core.Consumer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(180)
class RedisInboxFeedIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static RedisBroker broker;

    private final List<RedisInboxFeed> feeds = new ArrayList<>();
    private InboxDatabase database;
    private RedisClient client;
    private RedisTransport transport;
    private String stream;
    private volatile CountDownLatch handledInRound = new CountDownLatch(0);

    @BeforeAll
    static void startBroker() {
        broker = RedisBroker.start();
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void connect() {
        database = InboxDatabase.create();
        client = broker.proxiedClient();
        transport = new RedisTransport(client, RedisTransportSettings.defaults());
        stream = broker.newStream();
    }

    @AfterEach
    void close() {
        feeds.forEach(feed -> feed.stop(Duration.ofSeconds(5)));
        transport.close();
        broker.proxy().mend();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        database.close();
    }

    private RedisInboxFeed feed(
            String consumerName, Duration maxPendingTime, java.util.function.Consumer<EventEnvelope<Object>> before) {
        return feed(consumerName, maxPendingTime, database.consumer("counting", before));
    }

    private RedisInboxFeed feed(String consumerName, Duration maxPendingTime, InboxConsumer consumer) {
        RedisInboxFeed feed = new RedisInboxFeed(
                consumer,
                stream,
                () -> client,
                new RedisFeedSettings("counting", consumerName, maxPendingTime, Duration.ofSeconds(2)),
                Thread::new);
        feeds.add(feed);
        feed.start();
        return feed;
    }

    private RedisInboxFeed feed(String consumerName) {
        return feed(consumerName, Duration.ofSeconds(60), event -> {});
    }

    private void send(List<OutgoingMessage> messages) throws InterruptedException {
        assertThat(transport.send(messages)).allMatch(SendOutcome::acknowledged);
    }

    private void awaitEffects(long count) {
        await().atMost(PATIENCE).until(() -> database.effects() >= count);
    }

    private long pending() {
        try (StatefulRedisConnection<String, byte[]> connection = broker.connect()) {
            return connection.sync().xpending(stream, "counting").getCount();
        }
    }

    @SuppressWarnings("unchecked")
    private int beginAs(String consumerName, int count) {
        try (StatefulRedisConnection<String, byte[]> connection = broker.connect()) {
            return connection
                    .sync()
                    .xreadgroup(
                            Consumer.from("counting", consumerName),
                            XReadArgs.Builder.count(count),
                            StreamOffset.lastConsumed(stream))
                    .size();
        }
    }

    private void assertEach(long count) {
        assertThat(database.effects()).isEqualTo(count);
        assertThat(database.disorder()).isEmpty();
    }

    @Test
    void messages_take_effect_once_and_are_acknowledged_also_when_they_are_sent_twice() throws InterruptedException {
        List<OutgoingMessage> messages = InboxDatabase.messages(stream, 10, 20);
        send(messages);
        feed("a");
        awaitEffects(200);
        send(messages);
        send(List.of(InboxDatabase.message(stream, "key-0", 20)));
        awaitEffects(201);

        assertEach(201);
        await().atMost(PATIENCE).until(() -> pending() == 0);
    }

    @Test
    void a_message_that_fails_holds_the_stream_until_it_succeeds() throws InterruptedException {
        AtomicBoolean broken = new AtomicBoolean(true);
        RedisInboxFeed feed = feed("a", Duration.ofSeconds(60), event -> {
            if (broken.get() && ((Counted) event.payload()).number() == 3) {
                throw new IllegalStateException("no third");
            }
        });
        send(InboxDatabase.messages(stream, 1, 20));

        await().atMost(PATIENCE)
                .until(() -> !feed.status().partitions().isEmpty()
                        && feed.status().partitions().get(0).failures() > 3);

        assertEach(3);
        assertThat(pending()).isPositive();
        broken.set(false);
        awaitEffects(20);
        assertEach(20);
        await().atMost(PATIENCE).until(() -> pending() == 0);
    }

    @Test
    void a_message_that_fails_for_good_is_a_dead_letter_and_the_stream_goes_on() throws InterruptedException {
        AtomicBoolean broken = new AtomicBoolean(true);
        InboxConsumer consumer = database.parkingConsumer("counting", event -> {
            if (broken.get() && ((Counted) event.payload()).number() == 2) {
                throw new IllegalStateException("no second");
            }
        });
        RedisInboxFeed feed = feed("a", Duration.ofSeconds(60), consumer);
        send(InboxDatabase.messages(stream, 1, 5));
        await().atMost(PATIENCE)
                .until(() -> database.letters()
                                        .list(DeadLetterRepository.Filter.OPEN, 0, 10)
                                        .size()
                                == 3
                        && pending() == 0);
        assertEach(2);
        assertThat(feed.status().partitions().get(0).counts()).isEqualTo(new InboxFeed.Counts(2, 0, 3));

        broken.set(false);
        assertThat(database.replay(consumer)
                        .replay(DeadLetterRepository.Filter.OPEN, 10)
                        .resolved())
                .isEqualTo(3);
        send(List.of(InboxDatabase.message(stream, "key-0", 5)));

        awaitEffects(6);
        assertEach(6);
    }

    @Test
    void what_a_dead_consumer_has_begun_is_taken_over_after_its_time_and_handled_before_anything_newer()
            throws InterruptedException {
        send(InboxDatabase.messages(stream, 2, 3));
        RedisInboxFeed first = feed("dead");
        awaitEffects(6);
        assertThat(first.stop(Duration.ofSeconds(5))).isTrue();
        for (int number = 3; number < 10; number++) {
            send(List.of(
                    InboxDatabase.message(stream, "key-0", number), InboxDatabase.message(stream, "key-1", number)));
        }
        assertThat(beginAs("dead", 4)).isEqualTo(4);
        long begun = System.nanoTime();
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger logger = (Logger) LoggerFactory.getLogger(RedisInboxFeed.class);
        logger.addAppender(log);
        logger.setLevel(Level.WARN);
        try {
            feed("alive", Duration.ofSeconds(2), event -> {});
            awaitEffects(20);
        } finally {
            logger.detachAppender(log);
            logger.setLevel(null);
        }

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(1_900));
        assertEach(20);
        assertThat(List.copyOf(log.list))
                .extracting(ILoggingEvent::getFormattedMessage)
                .filteredOn(message -> message.contains("waits with the stream"))
                .as("why it stands still, and which setting ends that sooner")
                .singleElement()
                .asString()
                .contains("'dead'", "PT2S", "redis.max-pending-time", "redis.consumer-name");
    }

    @Test
    void a_consumer_that_comes_back_under_its_name_goes_on_at_once() throws InterruptedException {
        feed("same").stop(Duration.ofSeconds(5));
        await().atMost(PATIENCE).until(() -> groupIsThere());
        send(InboxDatabase.messages(stream, 2, 10));
        assertThat(beginAs("same", 5)).isEqualTo(5);

        feed("same");
        awaitEffects(20);

        assertEach(20);
    }

    @Test
    void a_consumer_that_was_thought_to_be_dead_repeats_no_effect() throws InterruptedException {
        CountDownLatch handling = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        send(InboxDatabase.messages(stream, 2, 10));
        RedisInboxFeed slow = feed("slow", Duration.ofSeconds(60), event -> {
            handling.countDown();
            awaitUninterrupted(goOn);
        });
        assertThat(handling.await(30, TimeUnit.SECONDS)).isTrue();

        RedisInboxFeed successor = feed("successor", Duration.ofMillis(300), event -> {});
        await().atMost(PATIENCE).until(() -> database.someoneWaitsForALock());
        goOn.countDown();
        awaitEffects(20);
        send(List.of(InboxDatabase.message(stream, "key-0", 10), InboxDatabase.message(stream, "key-1", 10)));
        awaitEffects(22);

        assertThat(slow.stop(Duration.ofSeconds(10))).isTrue();
        assertThat(successor.stop(Duration.ofSeconds(10))).isTrue();
        assertEach(22);
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private boolean groupIsThere() {
        feed("same").stop(Duration.ofSeconds(5));
        try (StatefulRedisConnection<String, byte[]> connection = broker.connect()) {
            return connection.sync().exists(stream) == 1
                    && !connection.sync().xinfoGroups(stream).isEmpty();
        }
    }

    @Test
    void several_consumers_that_are_ended_in_the_middle_of_batches_lose_and_repeat_nothing_and_keep_order()
            throws InterruptedException {
        long seed = Long.getLong("eventsource.test.seed", new SecureRandom().nextLong());
        System.out.printf(
                "%s: repeat with -Deventsource.test.seed=%d%n", getClass().getSimpleName(), seed);
        Random random = new Random(seed);
        Duration soon = Duration.ofMillis(300);
        List<OutgoingMessage> messages = InboxDatabase.messages(stream, 20, 40);
        for (int round = 0; round < 8; round++) {
            handledInRound = new CountDownLatch(1 + random.nextInt(60));
            RedisInboxFeed ended = feed("ended-" + round, soon, event -> handledInRound.countDown());
            feed("other-" + round, soon, event -> handledInRound.countDown());
            send(messages.subList(round * 100, round * 100 + 100));
            assertThat(handledInRound.await(30, TimeUnit.SECONDS)).isTrue();
            boolean unused = ended.stop(Duration.ofMillis(1));
        }

        awaitEffects(800);

        assertEach(800);
    }

    @Test
    void connections_that_are_cut_lose_and_repeat_nothing() throws InterruptedException {
        CountDownLatch half = new CountDownLatch(100);
        feed("a", Duration.ofMillis(500), event -> {
            if (half.getCount() % 25 == 1) {
                broker.proxy().endConnections();
            }
            half.countDown();
        });
        send(InboxDatabase.messages(stream, 10, 20));

        awaitEffects(200);

        assertEach(200);
    }

    @Test
    void entries_that_were_removed_before_they_were_handled_are_reported() throws InterruptedException {
        feed("a").stop(Duration.ofSeconds(5));
        await().atMost(PATIENCE).until(() -> groupIsThere());
        send(InboxDatabase.messages(stream, 1, 5));
        assertThat(beginAs("a", 2)).isEqualTo(2);
        String first = broker.entriesOf(stream).get(0).getId();
        try (StatefulRedisConnection<String, byte[]> connection = broker.connect()) {
            assertThat(connection.sync().xdel(stream, first)).isEqualTo(1);
        }

        RedisInboxFeed feed = feed("a");
        awaitEffects(4);

        assertThat(feed.status().lost()).isEqualTo(1);
        await().atMost(PATIENCE).until(() -> pending() == 0);
    }

    private List<String> consumers() {
        try (StatefulRedisConnection<String, byte[]> connection = broker.connect()) {
            return connection.sync().xinfoConsumers(stream, "counting").stream()
                    .map(consumer -> new String((byte[]) ((List<?>) consumer).get(1), StandardCharsets.UTF_8))
                    .toList();
        }
    }

    @Test
    void consumers_that_have_ended_are_removed_from_the_group() throws InterruptedException {
        feed("ended");
        send(InboxDatabase.messages(stream, 1, 5));
        awaitEffects(5);
        assertThat(feeds.remove(0).stop(Duration.ofSeconds(5))).isTrue();
        assertThat(consumers()).containsExactly("ended");

        feed("alive", Duration.ofMillis(20), event -> {});

        await().atMost(PATIENCE).until(() -> consumers().equals(List.of("alive")));
        send(List.of(InboxDatabase.message(stream, "key-0", 5)));
        awaitEffects(6);
        assertEach(6);
    }

    @Test
    void a_consumer_that_has_something_pending_or_was_heard_of_lately_is_not_removed() throws InterruptedException {
        try (RedisConnection redis = RedisConnection.to(client)) {
            RedisGroup group = new RedisGroup(redis, stream, RedisFeedSettings.named("counting", "self"));
            group.create();
            send(InboxDatabase.messages(stream, 1, 3));
            group.acknowledge(group.fresh(1, Duration.ofSeconds(1)));
            RedisGroup idle = new RedisGroup(redis, stream, RedisFeedSettings.named("counting", "idle"));
            idle.acknowledge(idle.fresh(1, Duration.ofSeconds(1)));
            assertThat(beginAs("pending", 1)).isEqualTo(1);

            assertThat(group.removeLeft(Duration.ofHours(1))).isZero();
            await().atMost(PATIENCE).until(() -> group.removeLeft(Duration.ZERO) == 1);

            assertThat(consumers()).containsExactlyInAnyOrder("pending", "self");
            assertThat(pending()).isEqualTo(1);
        }
    }
}
