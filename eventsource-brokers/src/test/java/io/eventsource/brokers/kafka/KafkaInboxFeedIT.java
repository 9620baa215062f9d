package io.eventsource.brokers.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.brokers.InboxDatabase;
import io.eventsource.brokers.InboxDatabase.Counted;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.event.EventEnvelope;
import io.eventsource.inbox.InboxConsumer;
import io.eventsource.inbox.InboxFeed;
import io.eventsource.outbox.MessageTransport.SendOutcome;
import io.eventsource.outbox.OutgoingMessage;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class KafkaInboxFeedIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final KafkaBroker broker = KafkaBroker.shared();

    private final List<KafkaInboxFeed> feeds = new ArrayList<>();
    private InboxDatabase database;
    private KafkaTransport transport;

    @BeforeEach
    void connect() {
        database = InboxDatabase.create();
        transport = KafkaTransport.start(Map.of("bootstrap.servers", broker.direct()));
    }

    @AfterEach
    void close() {
        feeds.forEach(feed -> feed.stop(Duration.ofSeconds(5)));
        transport.close();
        broker.proxy().mend();
        database.close();
    }

    private static Map<String, Object> clientSettings() {
        return Map.of(
                "bootstrap.servers", broker.proxied(),
                "session.timeout.ms", "3000",
                "heartbeat.interval.ms", "500",
                "request.timeout.ms", "1000",
                "reconnect.backoff.max.ms", "200",
                "metadata.max.age.ms", "1000");
    }

    private KafkaInboxFeed feed(InboxConsumer consumer, String topic, Map<String, Object> settings) {
        KafkaInboxFeed feed = new KafkaInboxFeed(consumer, Set.of(topic), settings, Thread::new);
        feeds.add(feed);
        feed.start();
        return feed;
    }

    private KafkaInboxFeed feed(String name, String topic, Consumer<EventEnvelope<Object>> before) {
        return feed(database.consumer(name, before), topic, clientSettings());
    }

    private void send(List<OutgoingMessage> messages) throws InterruptedException {
        assertThat(transport.send(messages)).allMatch(SendOutcome::acknowledged);
    }

    private void awaitEffects(long count) {
        await().atMost(PATIENCE).until(() -> database.effects() >= count);
    }

    private static long committed(String group, String topic, int partition) {
        try (Admin admin = broker.admin()) {
            OffsetAndMetadata offset = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .get(new TopicPartition(topic, partition));
            return offset == null ? 0 : offset.offset();
        } catch (ExecutionException failure) {
            throw new IllegalStateException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private static int numberOf(EventEnvelope<Object> event) {
        return ((Counted) event.payload()).number();
    }

    private static UUID idOf(String key) {
        return UUID.nameUUIDFromBytes(("/orders\n" + key).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void messages_take_effect_once_in_the_order_of_their_key_also_when_they_are_sent_twice()
            throws InterruptedException {
        String topic = broker.newTopic();
        List<OutgoingMessage> messages = InboxDatabase.messages(topic, 10, 20);
        send(messages);
        feed("once", topic, event -> {});
        awaitEffects(200);

        send(messages);
        send(List.of(InboxDatabase.message(topic, "key-0", 20)));
        awaitEffects(201);

        assertThat(database.effects()).isEqualTo(201);
        assertThat(database.disorder()).isEmpty();
    }

    @Test
    void a_message_that_fails_holds_its_partition_and_no_other_until_it_succeeds() throws InterruptedException {
        String topic = broker.newTopic(2);
        AtomicBoolean broken = new AtomicBoolean(true);
        KafkaInboxFeed feed = feed("holding", topic, event -> {
            if (broken.get() && event.aggregateId().equals(idOf("key-0")) && numberOf(event) == 5) {
                throw new IllegalStateException("no fifth");
            }
        });
        send(InboxDatabase.messages(topic, 20, 10));
        int partition = partitionOf(topic, "key-0");
        long elsewhere = broker.recordsIn(topic).stream()
                .filter(record -> record.partition() != partition)
                .count();
        assertThat(elsewhere).isPositive();

        await().atMost(PATIENCE).until(() -> partition(feed, topic, partition).failures() > 3);
        await().atMost(PATIENCE).until(() -> committed("holding", topic, 1 - partition) == elsewhere);

        long failing = broker.recordsIn(topic).stream()
                .filter(record -> record.key().equals("key-0"))
                .skip(5)
                .findFirst()
                .orElseThrow()
                .offset();
        assertThat(committed("holding", topic, partition)).isEqualTo(failing);
        assertThat(partition(feed, topic, partition).failure()).hasMessage("no fifth");
        broken.set(false);
        awaitEffects(200);
        assertThat(database.effects()).isEqualTo(200);
        assertThat(database.disorder()).isEmpty();
        await().atMost(PATIENCE).until(() -> partition(feed, topic, partition).failures() == 0);
    }

    private static int partitionOf(String topic, String key) {
        return broker.recordsIn(topic).stream()
                .filter(record -> record.key().equals(key))
                .findFirst()
                .orElseThrow()
                .partition();
    }

    private static InboxFeed.PartitionStatus partition(KafkaInboxFeed feed, String topic, int partition) {
        return feed.status().partitions().stream()
                .filter(status -> status.partition().equals(topic + "-" + partition))
                .findFirst()
                .orElseGet(() -> new InboxFeed.PartitionStatus("none", new InboxFeed.Counts(0, 0, 0), 0, null, null));
    }

    @Test
    void instances_that_are_ended_in_the_middle_of_a_batch_repeat_and_lose_no_effect() throws InterruptedException {
        long seed = Long.getLong("eventsource.test.seed", new SecureRandom().nextLong());
        System.out.printf(
                "%s: repeat with -Deventsource.test.seed=%d%n", getClass().getSimpleName(), seed);
        Random random = new Random(seed);
        String topic = broker.newTopic();
        List<OutgoingMessage> messages = InboxDatabase.messages(topic, 20, 40);
        Thread sender = new Thread(() -> {
            try {
                for (int from = 0; from < messages.size(); from += 50) {
                    send(messages.subList(from, from + 50));
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        });
        sender.start();
        for (int round = 0; round < 6; round++) {
            CountDownLatch begun = new CountDownLatch(1 + random.nextInt(60));
            KafkaInboxFeed feed = feed("ended", topic, event -> begun.countDown());
            if (!begun.await(10, TimeUnit.SECONDS)) {
                break;
            }
            // interrupted at once: transactions roll back, offsets stay behind
            boolean unused = feed.stop(Duration.ofMillis(1));
        }
        sender.join();
        feed("ended", topic, event -> {});
        feed("ended", topic, event -> {});

        awaitEffects(800);

        assertThat(database.effects()).isEqualTo(800);
        assertThat(database.disorder()).isEmpty();
    }

    @Test
    void an_instance_that_was_thought_to_be_dead_repeats_no_effect() throws InterruptedException {
        String topic = broker.newTopic(1);
        CountDownLatch handling = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Map<String, Object> impatient = new HashMap<>(clientSettings());
        impatient.put("max.poll.interval.ms", "3100");
        send(InboxDatabase.messages(topic, 2, 10));
        KafkaInboxFeed slow = feed(
                database.consumer("zombie", event -> {
                    handling.countDown();
                    awaitUninterrupted(goOn);
                }),
                topic,
                impatient);
        assertThat(handling.await(30, TimeUnit.SECONDS)).isTrue();

        KafkaInboxFeed successor = feed("zombie", topic, event -> {});
        await().atMost(PATIENCE).until(() -> database.someoneWaitsForALock());
        goOn.countDown();
        awaitEffects(20);
        send(List.of(InboxDatabase.message(topic, "key-0", 10), InboxDatabase.message(topic, "key-1", 10)));
        awaitEffects(22);

        assertThat(slow.stop(Duration.ofSeconds(10))).isTrue();
        assertThat(successor.stop(Duration.ofSeconds(10))).isTrue();
        assertThat(database.effects()).isEqualTo(22);
        assertThat(database.disorder()).isEmpty();
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void connections_that_are_cut_lose_and_repeat_nothing() throws InterruptedException {
        String topic = broker.newTopic();
        CountDownLatch half = new CountDownLatch(100);
        KafkaInboxFeed feed = feed("cut", topic, event -> {
            if (half.getCount() % 25 == 1) {
                broker.proxy().endConnections();
            }
            half.countDown();
        });
        send(InboxDatabase.messages(topic, 10, 20));

        awaitEffects(200);

        assertThat(database.effects()).isEqualTo(200);
        assertThat(database.disorder()).isEmpty();
        assertThat(feed.status().lost()).isZero();
    }

    @Test
    void what_is_no_cloud_event_holds_its_partition_and_is_named() {
        String topic = broker.newTopic(1);
        KafkaInboxFeed feed = feed("foreign", topic, event -> {});
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.direct()), new StringSerializer(), new ByteArraySerializer())) {
            var unused = producer.send(new ProducerRecord<>(topic, "k", new byte[] {1}));
        }

        await().atMost(PATIENCE).until(() -> partition(feed, topic, 0).failures() > 0);

        assertThat(partition(feed, topic, 0).failure())
                .hasMessageContaining(topic + "-0 at 0")
                .hasMessageContaining("it has no id");
    }

    @Test
    void a_broker_that_is_away_is_shown_from_the_start_and_later_until_it_is_back() throws InterruptedException {
        String topic = broker.newTopic(1);
        broker.proxy().cut();
        KafkaInboxFeed feed = feed("away", topic, event -> {});
        await().atMost(PATIENCE).until(() -> feed.status().failure() instanceof BrokerSilentException);
        assertThat(feed.status().failure()).hasMessageContaining(topic).hasMessageContaining(broker.proxied());
        broker.proxy().mend();
        send(InboxDatabase.messages(topic, 1, 1));
        awaitEffects(1);
        assertThat(feed.status().failure()).isNull();

        broker.proxy().cut();
        await().atMost(PATIENCE).until(() -> feed.status().failure() instanceof BrokerSilentException);
        assertThat(feed.status().running()).isTrue();
        broker.proxy().mend();

        await().atMost(PATIENCE).until(() -> feed.status().failure() == null);
    }

    @Test
    void a_broker_that_goes_away_before_it_is_told_of_what_was_handled_is_shown_and_told_when_it_is_back()
            throws InterruptedException {
        String topic = broker.newTopic(1);
        KafkaInboxFeed feed = feed("untold", topic, event -> broker.proxy().cut());
        send(InboxDatabase.messages(topic, 1, 1));
        awaitEffects(1);

        await().atMost(PATIENCE).until(() -> feed.status().failure() instanceof BrokerSilentException);
        assertThat(committed("untold", topic, 0)).isZero();
        broker.proxy().mend();

        await().atMost(PATIENCE).until(() -> committed("untold", topic, 0) == 1);
        assertThat(database.effects()).isEqualTo(1);
        await().atMost(PATIENCE).until(() -> feed.status().failure() == null);
    }

    @Test
    void a_topic_that_is_missing_is_shown() {
        KafkaInboxFeed feed = feed("missing", "no-such-topic", event -> {});

        await().atMost(PATIENCE).until(() -> feed.status().failure() != null);

        assertThat(feed.status().failure()).hasMessageContaining("no-such-topic");
    }

    @Test
    void an_interrupt_that_a_handler_leaves_behind_does_not_end_the_feed() throws InterruptedException {
        String topic = broker.newTopic(1);
        AtomicBoolean interrupting = new AtomicBoolean(true);
        KafkaInboxFeed feed = feed("interrupted", topic, event -> {
            if (interrupting.getAndSet(false)) {
                Thread.currentThread().interrupt();
            }
        });

        send(InboxDatabase.messages(topic, 1, 5));

        awaitEffects(5);
        await().atMost(PATIENCE)
                .until(() -> feed.status().running() && feed.status().failure() == null);
        assertThat(database.effects()).isEqualTo(5);
        assertThat(database.disorder()).isEmpty();
    }

    @Test
    void a_message_that_fails_for_good_is_a_dead_letter_and_its_partition_goes_on() throws InterruptedException {
        String topic = broker.newTopic(1);
        AtomicBoolean broken = new AtomicBoolean(true);
        InboxConsumer consumer = database.parkingConsumer("parking", event -> {
            if (broken.get() && event.aggregateId().equals(idOf("key-0")) && numberOf(event) == 2) {
                throw new IllegalStateException("no second");
            }
        });
        feed(consumer, topic, clientSettings());
        send(InboxDatabase.messages(topic, 2, 6));
        await().atMost(PATIENCE).until(() -> committed("parking", topic, 0) == 12);

        assertThat(database.letters().list(DeadLetterRepository.Filter.OPEN, 0, 10))
                .extracting(letter -> letter.status() + " " + letter.message())
                .hasSize(4)
                .first()
                .asString()
                .startsWith("FAILED")
                .contains("key-0", topic + "-0");
        assertThat(database.effects()).isEqualTo(8);
        broken.set(false);
        assertThat(database.replay(consumer)
                        .replay(DeadLetterRepository.Filter.OPEN, 10)
                        .resolved())
                .isEqualTo(4);
        send(List.of(InboxDatabase.message(topic, "key-0", 6)));

        awaitEffects(13);
        assertThat(database.disorder()).isEmpty();
    }

    @Test
    void a_handler_that_hangs_is_ended_and_its_message_handled_again() throws InterruptedException {
        String topic = broker.newTopic(1);
        AtomicBoolean hanging = new AtomicBoolean(true);
        InboxConsumer consumer = database.parkingConsumer("hanging", event -> {
            if (hanging.getAndSet(false)) {
                awaitUninterrupted(new CountDownLatch(1));
            }
        });
        KafkaInboxFeed feed = feed(consumer, topic, clientSettings());

        send(InboxDatabase.messages(topic, 1, 3));

        awaitEffects(3);
        assertThat(feed.status().running()).isTrue();
        assertThat(database.disorder()).isEmpty();
        assertThat(database.letters().list(DeadLetterRepository.Filter.ALL, 0, 10))
                .isEmpty();
    }

    @Test
    void messages_that_the_broker_removed_before_they_were_read_are_reported() throws Exception {
        String topic = broker.newTopic(1);
        send(InboxDatabase.messages(topic, 1, 10));
        KafkaInboxFeed before = feed("removed", topic, event -> {});
        awaitEffects(10);
        await().atMost(PATIENCE).until(() -> committed("removed", topic, 0) == 10);
        assertThat(before.stop(Duration.ofSeconds(10))).isTrue();
        send(List.of(InboxDatabase.message(topic, "key-0", 10), InboxDatabase.message(topic, "key-1", 0)));
        try (Admin admin = broker.admin()) {
            admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(11)))
                    .all()
                    .get();
        }

        KafkaInboxFeed after = feed("removed", topic, event -> {});

        awaitEffects(11);
        InboxFeed.Status status = after.status();
        assertThat(status.lost()).isEqualTo(1);
    }
}
