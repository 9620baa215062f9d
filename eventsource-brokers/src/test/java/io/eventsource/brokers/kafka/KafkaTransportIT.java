package io.eventsource.brokers.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.brokers.InboxDatabase;
import io.eventsource.inbox.IncomingMessage;
import io.eventsource.message.MessageAttributes;
import io.eventsource.message.MessageContent;
import io.eventsource.outbox.MessageTransport.SendOutcome;
import io.eventsource.outbox.MessageTransport.SendOutcome.Acknowledged;
import io.eventsource.outbox.MessageTransport.SendOutcome.HeldBack;
import io.eventsource.outbox.MessageTransport.SendOutcome.Refused;
import io.eventsource.outbox.MessageTransport.SendOutcome.Unavailable;
import io.eventsource.outbox.OutgoingMessage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class KafkaTransportIT {

    private final KafkaBroker broker = KafkaBroker.shared();
    private KafkaTransport transport;

    @BeforeEach
    void start() {
        transport = KafkaTransport.start(KafkaTransportContractIT.impatient(broker.direct()));
    }

    @AfterEach
    void stop() {
        transport.close();
    }

    private static OutgoingMessage message(String topic, String source) {
        return new OutgoingMessage(
                topic,
                "order-7",
                new MessageAttributes("id-1", source, "order-placed", "7", Instant.parse("2026-01-02T03:04:05.678Z")),
                MessageContent.json("{\"total\": 3}"),
                Map.of(
                        "aggregatetype", "order",
                        "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                        "X-Region", "north"),
                12);
    }

    private static String header(ConsumerRecord<String, byte[]> record, String name) {
        Header header = Objects.requireNonNull(record.headers().lastHeader(name), name);
        return new String(header.value(), StandardCharsets.UTF_8);
    }

    @Test
    void an_event_of_long_ago_is_dated_by_its_sending_so_that_retention_does_not_remove_it_at_once()
            throws InterruptedException {
        String topic = broker.newTopic();
        long begun = System.currentTimeMillis();

        assertThat(transport.send(List.of(message(topic, "/orders")))).allMatch(SendOutcome::acknowledged);

        assertThat(broker.recordsIn(topic).get(0).timestamp()).isBetween(begun, System.currentTimeMillis());
    }

    @Test
    void a_message_is_a_cloud_event_in_binary_mode_with_its_trace_where_instrumentation_looks_for_it()
            throws InterruptedException {
        String topic = broker.newTopic();
        OutgoingMessage message = message(topic, "/orders");
        assertThat(transport.send(List.of(message))).allMatch(SendOutcome::acknowledged);

        ConsumerRecord<String, byte[]> record = broker.recordsIn(topic).get(0);

        assertThat(record.key()).isEqualTo("order-7");
        assertThat(new String(record.value(), StandardCharsets.UTF_8)).isEqualTo("{\"total\": 3}");
        assertThat(header(record, "ce_specversion")).isEqualTo("1.0");
        assertThat(header(record, "ce_id")).isEqualTo("id-1");
        assertThat(header(record, "ce_source")).isEqualTo("/orders");
        assertThat(header(record, "ce_type")).isEqualTo("order-placed");
        assertThat(header(record, "ce_subject")).isEqualTo("7");
        assertThat(header(record, "ce_time")).isEqualTo("2026-01-02T03:04:05.678Z");
        assertThat(header(record, "content-type")).isEqualTo("application/json");
        assertThat(header(record, "ce_aggregatetype")).isEqualTo("order");
        assertThat(header(record, "ce_traceparent")).isEqualTo(header(record, "traceparent"));
        assertThat(header(record, "X-Region")).isEqualTo("north");

        IncomingMessage read = RecordReader.read(record);
        assertThat(read.headers()).isEqualTo(message.headers());
        assertThat(List.of(read.id(), read.source(), read.type(), read.subject(), read.key()))
                .containsExactly("id-1", "/orders", "order-placed", "7", "order-7");
        assertThat(read.time()).isEqualTo(message.time());
        assertThat(read.content()).isEqualTo(message.content());
    }

    @Test
    void a_source_that_is_no_uri_is_the_messages_own_fault() throws InterruptedException {
        List<SendOutcome> outcomes = transport.send(List.of(message(broker.newTopic(), "no uri")));

        assertThat(outcomes.get(0))
                .isInstanceOfSatisfying(SendOutcome.Refused.class, refused -> assertThat(refused.cause())
                        .hasMessageContaining("'order-placed' id-1 at position 12"));
    }

    @Test
    void a_topic_that_does_not_exist_is_not_the_messages_fault() throws InterruptedException {
        assertThat(transport.send(List.of(message("missing", "/orders"))).get(0))
                .isInstanceOf(Unavailable.class);
    }

    @Test
    void a_broker_that_is_stopped_and_started_again_under_load_loses_nothing_that_was_acknowledged()
            throws InterruptedException {
        String topic = broker.newTopic();
        List<OutgoingMessage> messages = InboxDatabase.messages(topic, 10, 60);
        CountDownLatch underway = new CountDownLatch(100);
        Thread operator = new Thread(() -> {
            try {
                if (underway.await(60, TimeUnit.SECONDS)) {
                    broker.stop();
                    broker.restart();
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        });
        operator.start();

        int unavailable = 0;
        for (int from = 0; from < messages.size(); from += 20) {
            List<OutgoingMessage> left = messages.subList(from, from + 20);
            while (!left.isEmpty()) {
                List<OutgoingMessage> sent = left;
                List<SendOutcome> outcomes = transport.send(sent);
                assertThat(outcomes).noneMatch(SendOutcome.Refused.class::isInstance);
                left = IntStream.range(0, sent.size())
                        .filter(i -> !outcomes.get(i).acknowledged())
                        .mapToObj(sent::get)
                        .toList();
                unavailable += left.size();
            }
            IntStream.range(0, 20).forEach(i -> underway.countDown());
        }
        operator.join();

        System.out.printf("%d messages were sent again after the restart%n", unavailable);
        List<String> received = idsIn(topic);
        for (int key = 0; key < 10; key++) {
            String prefix = topic + "/key-" + key + "/";
            assertThat(new LinkedHashSet<>(received)
                            .stream().filter(id -> id.startsWith(prefix)).toList())
                    .isEqualTo(messages.stream()
                            .map(OutgoingMessage::id)
                            .filter(id -> id.startsWith(prefix))
                            .toList());
        }
    }

    /** Each message leaves in a batch of its own, so that those behind the refused one are not refused with it. */
    @Test
    void nothing_behind_a_message_that_the_broker_refuses_has_left() throws InterruptedException {
        Map<String, Object> settings = new HashMap<>(KafkaTransportContractIT.impatient(broker.direct()));
        settings.put("batch.size", "1");
        try (KafkaTransport hasty = KafkaTransport.start(settings)) {
            for (int round = 0; round < 20; round++) {
                String topic = broker.newTopic(1);
                List<OutgoingMessage> messages = new ArrayList<>(InboxDatabase.messages(topic, 2, 100));
                int refused = round % 2 == 0 ? 0 : 40;
                messages.set(refused, tooLarge(messages.get(refused)));
                String key = messages.get(refused).key();

                List<SendOutcome> outcomes = hasty.send(messages);

                List<String> first = idsIn(topic).stream().distinct().toList();
                for (int i = 0; i < messages.size(); i++) {
                    boolean behind = i > refused && messages.get(i).key().equals(key);
                    assertThat(outcomes.get(i))
                            .isInstanceOf(i == refused ? Refused.class : behind ? HeldBack.class : Acknowledged.class);
                    assertThat(first.contains(messages.get(i).id()))
                            .as(
                                    "message %d of %s, refused was %d",
                                    i, messages.get(i).key(), refused)
                            .isEqualTo(i != refused && !behind);
                }
            }
        }
    }

    @Test
    void calls_at_the_same_time_get_their_own_answers_when_a_message_of_one_is_refused() throws Exception {
        String topic = broker.newTopic(1);
        List<OutgoingMessage> good = InboxDatabase.messages(topic, 2, 300);
        ExecutorService callers = Executors.newFixedThreadPool(2);
        try {
            Future<List<SendOutcome>> sent = callers.submit(() -> transport.send(good));
            for (int i = 0; i < 5; i++) {
                OutgoingMessage other = InboxDatabase.message(topic, "other", i);
                assertThat(transport.send(List.of(tooLarge(other), other)))
                        .hasExactlyElementsOfTypes(Refused.class, HeldBack.class);
            }
            assertThat(sent.get()).hasSize(600).allMatch(SendOutcome::acknowledged);
        } finally {
            callers.shutdownNow();
        }
        List<String> first = idsIn(topic).stream().distinct().toList();
        assertThat(first).hasSize(600);
        for (String key : List.of("/key-0/", "/key-1/")) {
            assertThat(first.stream().filter(id -> id.contains(key)).toList())
                    .isEqualTo(good.stream()
                            .map(OutgoingMessage::id)
                            .filter(id -> id.contains(key))
                            .toList());
        }
    }

    private List<String> idsIn(String topic) {
        return broker.recordsIn(topic).stream()
                .map(record -> RecordReader.read(record).id())
                .toList();
    }

    /** Larger than the broker allows, and not than the producer does. */
    private static OutgoingMessage tooLarge(OutgoingMessage message) {
        return new OutgoingMessage(
                message.topic(),
                message.key(),
                message.attributes(),
                MessageContent.json("\"%s\"".formatted("x".repeat(2 * KafkaBroker.MAX_MESSAGE_BYTES))),
                message.headers(),
                message.position());
    }

    @Test
    void settings_that_would_lose_order_or_messages_are_refused_by_name() {
        for (Map.Entry<String, String> setting : Map.of(
                        "enable.idempotence", "false",
                        "acks", "1",
                        "max.in.flight.requests.per.connection", "2",
                        "key.serializer", "org.apache.kafka.common.serialization.UUIDSerializer")
                .entrySet()) {
            assertThatThrownBy(() -> KafkaTransport.start(
                            Map.of("bootstrap.servers", "localhost:1", setting.getKey(), setting.getValue())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(setting.getKey())
                    .hasMessageContaining(setting.getValue());
        }
    }
}
