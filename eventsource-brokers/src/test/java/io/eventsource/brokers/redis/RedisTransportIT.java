package io.eventsource.brokers.redis;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.eventsource.brokers.InboxDatabase;
import io.eventsource.brokers.redis.RedisTransportSettings.WhenUnread;
import io.eventsource.inbox.IncomingMessage;
import io.eventsource.outbox.MessageTransport.SendOutcome;
import io.eventsource.outbox.MessageTransport.SendOutcome.Unavailable;
import io.eventsource.outbox.OutgoingMessage;
import io.lettuce.core.Consumer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(180)
class RedisTransportIT {

    private static final int MAX_LENGTH = 1_000;
    private static final int SLACK = 400;

    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.eventsource.brokers.redis");
    private RedisBroker broker;
    private RedisClient client;
    private String stream;

    @BeforeEach
    void start() {
        broker = RedisBroker.start();
        client = broker.proxiedClient();
        stream = broker.newStream();
        logged.start();
        logger.setLevel(Level.WARN);
        logger.addAppender(logged);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(logged);
        logger.setLevel(null);
        client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        broker.close();
    }

    private RedisTransport transport(WhenUnread whenUnread) {
        return new RedisTransport(
                client, new RedisTransportSettings(MAX_LENGTH, whenUnread, 1 << 20, Duration.ofSeconds(2)));
    }

    private List<OutgoingMessage> messages(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(number -> InboxDatabase.message(stream, "key-" + number % 7, number))
                .toList();
    }

    private List<String> messagesLogged() {
        return logged.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private void createGroup(String group) {
        try (StatefulRedisConnection<String, byte[]> connection = broker.connect()) {
            connection
                    .sync()
                    .xgroupCreate(
                            StreamOffset.from(stream, "0-0"),
                            group,
                            io.lettuce.core.XGroupCreateArgs.Builder.mkstream());
        }
    }

    @SuppressWarnings("unchecked")
    private void readAndAcknowledge(String group, int count) {
        try (StatefulRedisConnection<String, byte[]> connection = broker.connect()) {
            List<StreamMessage<String, byte[]>> read = connection
                    .sync()
                    .xreadgroup(
                            Consumer.from(group, "c"),
                            XReadArgs.Builder.count(count),
                            StreamOffset.lastConsumed(stream));
            connection
                    .sync()
                    .xack(stream, group, read.stream().map(StreamMessage::getId).toArray(String[]::new));
        }
    }

    @Test
    void a_stream_that_nobody_reads_stays_near_its_maximal_length_with_the_newest() throws InterruptedException {
        try (RedisTransport transport = transport(WhenUnread.HOLD)) {
            assertThat(transport.send(messages(0, 5_000))).allMatch(SendOutcome::acknowledged);

            List<String> ids = broker.idsIn(stream);

            assertThat(ids).hasSizeBetween(MAX_LENGTH, MAX_LENGTH + SLACK);
            assertThat(ids).endsWith(messages(4_999, 5_000).get(0).id());
        }
    }

    @Test
    void a_full_stream_holds_until_the_group_has_read_and_names_it() throws InterruptedException {
        createGroup("slow");
        try (RedisTransport transport = transport(WhenUnread.HOLD)) {
            List<SendOutcome> outcomes = transport.send(messages(0, 3_000));
            int accepted =
                    (int) outcomes.stream().filter(SendOutcome::acknowledged).count();

            assertThat(accepted).isBetween(MAX_LENGTH, MAX_LENGTH + SLACK);
            assertThat(broker.idsIn(stream)).hasSize(accepted);
            assertThat(outcomes.get(accepted))
                    .isInstanceOfSatisfying(Unavailable.class, unavailable -> assertThat(unavailable.cause())
                            .isInstanceOf(StreamFullException.class)
                            .hasMessageContaining(stream)
                            .hasMessageContaining("'slow'"));
            assertThat(transport.send(messages(accepted, 3_000))).noneMatch(SendOutcome::acknowledged);

            readAndAcknowledge("slow", accepted);

            assertThat(transport.send(messages(accepted, accepted + 900))).allMatch(SendOutcome::acknowledged);
            assertThat(broker.idsIn(stream)).hasSizeBetween(MAX_LENGTH - 100, MAX_LENGTH + 900 + SLACK);
        }
    }

    @Test
    void what_is_not_read_is_removed_only_where_that_is_wanted_and_with_a_warning() throws InterruptedException {
        createGroup("slow");
        try (RedisTransport transport = transport(WhenUnread.TRIM)) {
            assertThat(transport.send(messages(0, 3_000))).allMatch(SendOutcome::acknowledged);
        }

        assertThat(broker.idsIn(stream)).hasSizeBetween(MAX_LENGTH, MAX_LENGTH + SLACK);
        assertThat(messagesLogged())
                .anySatisfy(line -> assertThat(line).contains(stream, "'slow'", "has not read or not acknowledged"));
    }

    @Test
    void a_full_stream_holds_no_other_stream() throws InterruptedException {
        createGroup("slow");
        String other = broker.newStream();
        try (RedisTransport transport = transport(WhenUnread.HOLD)) {
            transport.send(messages(0, 3_000));

            List<SendOutcome> outcomes =
                    transport.send(List.of(messages(2_999, 3_000).get(0), InboxDatabase.message(other, "key-1", 1)));

            assertThat(outcomes.get(0)).isInstanceOf(Unavailable.class);
            assertThat(outcomes.get(1).acknowledged()).isTrue();
        }
    }

    @Test
    void a_message_comes_back_as_it_was_sent() throws InterruptedException {
        OutgoingMessage message = InboxDatabase.message(stream, "key-1", 4);
        try (RedisTransport transport = transport(WhenUnread.HOLD)) {
            assertThat(transport.send(List.of(message))).allMatch(SendOutcome::acknowledged);
        }

        IncomingMessage read =
                RedisMessages.read(stream, broker.entriesOf(stream).get(0));

        assertThat(List.of(read.id(), read.source(), read.type(), read.subject(), read.key()))
                .containsExactly(message.id(), message.source(), message.type(), message.subject(), message.key());
        assertThat(read.time()).isEqualTo(message.time());
        assertThat(read.content()).isEqualTo(message.content());
        assertThat(read.headers()).isEqualTo(message.headers());
    }

    @Test
    void an_evicting_server_is_reported_when_the_connection_is_made() throws InterruptedException {
        try (StatefulRedisConnection<String, byte[]> connection = broker.connect()) {
            connection.sync().configSet("maxmemory-policy", "allkeys-lru");
        }
        try (RedisTransport transport = transport(WhenUnread.HOLD)) {
            transport.send(messages(0, 1));
        }

        assertThat(messagesLogged()).anySatisfy(line -> assertThat(line).contains("allkeys-lru", "noeviction"));
    }

    @Test
    void a_server_that_is_full_takes_nothing_and_no_order_is_lost() throws InterruptedException {
        try (StatefulRedisConnection<String, byte[]> connection = broker.connect();
                RedisTransport transport = transport(WhenUnread.HOLD)) {
            assertThat(transport.send(messages(0, 10))).allMatch(SendOutcome::acknowledged);
            connection.sync().configSet("maxmemory", "1");

            List<SendOutcome> outcomes = transport.send(messages(10, 20));

            assertThat(outcomes).allMatch(Unavailable.class::isInstance);
            connection.sync().configSet("maxmemory", "0");
            assertThat(transport.send(messages(10, 20))).allMatch(SendOutcome::acknowledged);
            assertThat(broker.idsIn(stream))
                    .isEqualTo(messages(0, 20).stream().map(OutgoingMessage::id).toList());
        }
    }

    @Test
    void a_server_that_is_killed_and_started_again_has_all_that_was_acknowledged() throws InterruptedException {
        try (RedisTransport transport = transport(WhenUnread.HOLD)) {
            assertThat(transport.send(messages(0, 200))).allMatch(SendOutcome::acknowledged);
            broker.stop();
            assertThat(transport.send(messages(200, 400))).noneMatch(SendOutcome::acknowledged);

            broker.restart();

            List<OutgoingMessage> left = messages(200, 400);
            for (int attempt = 0; !left.isEmpty() && attempt < 60; attempt++) {
                List<OutgoingMessage> sent = left;
                List<SendOutcome> outcomes = transport.send(sent);
                left = IntStream.range(0, sent.size())
                        .filter(i -> !outcomes.get(i).acknowledged())
                        .mapToObj(sent::get)
                        .toList();
            }
            assertThat(broker.idsIn(stream).stream().distinct().toList())
                    .isEqualTo(
                            messages(0, 400).stream().map(OutgoingMessage::id).toList());
        }
    }

    @Test
    void an_answer_that_does_not_come_within_the_timeout_is_no_acknowledgement() throws InterruptedException {
        RedisTransportSettings impatient =
                new RedisTransportSettings(MAX_LENGTH, WhenUnread.HOLD, 1 << 20, Duration.ofMillis(150));
        try (RedisTransport transport = new RedisTransport(client, impatient);
                StatefulRedisConnection<String, byte[]> connection = broker.connect()) {
            assertThat(transport.send(messages(0, 1))).allMatch(SendOutcome::acknowledged);
            connection.sync().clientPause(Duration.ofSeconds(2).toMillis());

            assertThat(transport.send(messages(1, 2)).get(0))
                    .isInstanceOfSatisfying(Unavailable.class, unavailable -> assertThat(unavailable.cause())
                            .hasMessageContaining("No answer of Redis within PT0.15S"));
        }
    }
}
