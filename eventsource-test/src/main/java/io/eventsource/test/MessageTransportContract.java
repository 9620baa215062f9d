package io.eventsource.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.message.MessageAttributes;
import io.eventsource.message.MessageContent;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.MessageTransport.SendOutcome;
import io.eventsource.outbox.MessageTransport.SendOutcome.Acknowledged;
import io.eventsource.outbox.MessageTransport.SendOutcome.HeldBack;
import io.eventsource.outbox.MessageTransport.SendOutcome.Refused;
import io.eventsource.outbox.MessageTransport.SendOutcome.Unavailable;
import io.eventsource.outbox.OutgoingMessage;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link MessageTransport} keeps, as tests. Extend it beside a transport of your own and say how to reach your broker:
 * a real one, behind something that can cut the way to it, such as {@link TcpProxy}.
 *
 * <p>A transport under test should give up on a broker that is away within some seconds, or these tests take long.
 */
@TestInstance(TestInstance.Lifecycle.PER_METHOD)
@Timeout(180)
public abstract class MessageTransportContract {

    private static final int KEYS = 10;
    private static final long THREAD_END_MILLIS = 15_000;

    private final List<MessageTransport> open = new ArrayList<>();

    /** For subclasses. */
    protected MessageTransportContract() {}

    /**
     * Makes a transport that reaches the broker on the way that can be cut. What it needs besides must be its own, so that it is
     * closed with it.
     *
     * @return a new transport
     */
    protected abstract MessageTransport connect();

    /**
     * Makes a topic or stream that holds nothing, where the broker wants that done.
     *
     * @return its name, another each time
     */
    protected abstract String newTopic();

    /**
     * Reads what the broker holds, on a way that is never cut. Messages of one key are in the broker's order.
     *
     * @param topic a topic or stream
     * @return the ids of its messages
     */
    protected abstract List<String> idsIn(String topic);

    /**
     * Makes a message that the broker or its client refuses for its own sake, such as one that is too large.
     *
     * @param message a message that would be accepted
     * @return the same message with what makes it refused
     */
    protected abstract OutgoingMessage refusedForItsOwnSake(OutgoingMessage message);

    /** Cuts the way to the broker. */
    protected abstract void cut();

    /** Mends it. */
    protected abstract void mend();

    /**
     * How many connections of transports are open.
     *
     * @return the number
     */
    protected abstract int connections();

    /** Closes what a test has left open. */
    @AfterEach
    final void closeTransports() {
        mend();
        open.forEach(MessageTransport::close);
    }

    private MessageTransport opened() {
        MessageTransport transport = connect();
        open.add(transport);
        return transport;
    }

    private static OutgoingMessage message(String topic, String key, int number) {
        return new OutgoingMessage(
                topic,
                key,
                new MessageAttributes(
                        key + "/" + number, "/contract", "counted", key, Instant.parse("2026-01-01T00:00:00Z")),
                MessageContent.json("{\"number\": %d}".formatted(number)),
                Map.of("tenantid", "t1", "x-plain", "p1"),
                number);
    }

    private static List<OutgoingMessage> messages(String topic, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(number -> message(topic, "key-" + number % KEYS, number))
                .toList();
    }

    private static List<String> ids(List<OutgoingMessage> messages) {
        return messages.stream().map(OutgoingMessage::id).toList();
    }

    private static List<String> ofKey(String key, List<String> ids) {
        return ids.stream().filter(id -> id.startsWith(key + "/")).toList();
    }

    private static void assertOrderPerKey(List<String> received, List<String> sent) {
        for (int key = 0; key < KEYS; key++) {
            assertThat(ofKey("key-" + key, new ArrayList<>(new LinkedHashSet<>(received))))
                    .isEqualTo(ofKey("key-" + key, sent));
        }
    }

    /**
     * Order per key, across calls too.
     *
     * @throws InterruptedException when interrupted
     */
    @Test
    void all_is_acknowledged_and_arrives_once_in_the_order_of_its_key() throws InterruptedException {
        MessageTransport transport = opened();
        String topic = newTopic();
        List<OutgoingMessage> messages = messages(topic, 0, 600);

        List<SendOutcome> outcomes = new ArrayList<>(transport.send(messages.subList(0, 250)));
        outcomes.addAll(transport.send(messages.subList(250, 600)));

        assertThat(outcomes).hasSize(600).allMatch(SendOutcome::acknowledged);
        List<String> received = idsIn(topic);
        assertThat(received).hasSize(600);
        assertOrderPerKey(received, ids(messages));
    }

    /**
     * Nothing to do is no mistake.
     *
     * @throws InterruptedException when interrupted
     */
    @Test
    void no_messages_have_no_outcomes() throws InterruptedException {
        assertThat(opened().send(List.of())).isEmpty();
    }

    /**
     * What is acknowledged can be read at once.
     *
     * @throws InterruptedException when interrupted
     */
    @Test
    void a_message_is_there_when_it_is_acknowledged() throws InterruptedException {
        MessageTransport transport = opened();
        String topic = newTopic();
        for (int number = 0; number < 20; number++) {
            OutgoingMessage message = message(topic, "key-0", number);

            assertThat(transport.send(List.of(message))).containsExactly(new Acknowledged());

            assertThat(idsIn(topic)).hasSize(number + 1).endsWith(message.id());
        }
    }

    /**
     * A refusal concerns one key.
     *
     * @throws InterruptedException when interrupted
     */
    @Test
    void a_refused_message_holds_back_the_later_ones_of_its_key_and_nothing_else() throws InterruptedException {
        MessageTransport transport = opened();
        String topic = newTopic();
        List<OutgoingMessage> messages = List.of(
                message(topic, "key-1", 1),
                message(topic, "key-2", 2),
                refusedForItsOwnSake(message(topic, "key-1", 3)),
                message(topic, "key-2", 4),
                message(topic, "key-1", 5),
                message(topic, "key-3", 6));

        List<SendOutcome> outcomes = transport.send(messages);

        assertThat(outcomes.get(2)).isInstanceOf(Refused.class);
        assertThat(outcomes.get(4)).isEqualTo(new HeldBack());
        assertThat(List.of(outcomes.get(0), outcomes.get(1), outcomes.get(3), outcomes.get(5)))
                .allMatch(SendOutcome::acknowledged);
        List<String> received = idsIn(topic);
        assertThat(received).containsExactlyInAnyOrder("key-1/1", "key-2/2", "key-2/4", "key-3/6");
        assertThat(ofKey("key-2", received)).containsExactly("key-2/2", "key-2/4");
    }

    /**
     * Keys are those of a topic.
     *
     * @throws InterruptedException when interrupted
     */
    @Test
    void a_refused_message_holds_back_nothing_of_its_key_in_another_topic() throws InterruptedException {
        MessageTransport transport = opened();
        String topic = newTopic();
        String other = newTopic();

        List<SendOutcome> outcomes =
                transport.send(List.of(refusedForItsOwnSake(message(topic, "key-1", 1)), message(other, "key-1", 2)));

        assertThat(outcomes.get(0)).isInstanceOf(Refused.class);
        assertThat(outcomes.get(1)).isEqualTo(new Acknowledged());
        assertThat(idsIn(other)).containsExactly("key-1/2");
    }

    /**
     * Two kinds of failures are told apart, and order survives.
     *
     * @throws InterruptedException when interrupted
     */
    @Test
    void a_broker_that_is_away_is_told_apart_from_a_message_at_fault_and_all_arrives_when_it_is_back()
            throws InterruptedException {
        MessageTransport transport = opened();
        String topic = newTopic();
        List<OutgoingMessage> before = messages(topic, 0, 20);
        assertThat(transport.send(before)).allMatch(SendOutcome::acknowledged);
        List<OutgoingMessage> messages = messages(topic, 20, 60);

        cut();
        List<SendOutcome> outcomes = transport.send(messages);
        mend();

        assertThat(outcomes).noneMatch(SendOutcome::acknowledged).noneMatch(Refused.class::isInstance);
        assertThat(outcomes).anyMatch(Unavailable.class::isInstance);
        sendUntilAcknowledged(transport, messages);
        List<OutgoingMessage> all = new ArrayList<>(before);
        all.addAll(messages);
        assertOrderPerKey(idsIn(topic), ids(all));
    }

    /**
     * Random cuts under load: what is acknowledged is there, and first arrivals are in order.
     *
     * @throws InterruptedException when interrupted
     */
    @Test
    void connections_that_are_cut_again_and_again_lose_nothing_that_was_acknowledged_and_no_order()
            throws InterruptedException {
        long seed = Long.getLong("eventsource.test.seed", new SecureRandom().nextLong());
        System.out.printf(
                "%s: repeat with -Deventsource.test.seed=%d%n", getClass().getSimpleName(), seed);
        Random random = new Random(seed);
        MessageTransport transport = opened();
        String topic = newTopic();
        List<OutgoingMessage> messages = messages(topic, 0, 400);
        Thread cutter = new Thread(() -> cutNowAndThen(random), "cutter");
        cutter.start();
        try {
            for (int from = 0; from < messages.size(); from += 40) {
                sendUntilAcknowledged(transport, messages.subList(from, from + 40));
            }
        } finally {
            cutter.interrupt();
            cutter.join();
            mend();
        }

        List<String> received = idsIn(topic);
        assertThat(received).containsAll(ids(messages));
        assertOrderPerKey(received, ids(messages));
    }

    private void cutNowAndThen(Random random) {
        Object clock = new Object();
        synchronized (clock) {
            try {
                for (int times = 0; times < 6; times++) {
                    clock.wait(20 + random.nextInt(150));
                    cut();
                    clock.wait(20 + random.nextInt(150));
                    mend();
                }
            } catch (InterruptedException ended) {
                mend();
            }
        }
    }

    /** What a publisher does: repeats, in order, what was not acknowledged. */
    private static void sendUntilAcknowledged(MessageTransport transport, List<OutgoingMessage> messages)
            throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        List<OutgoingMessage> left = messages;
        while (!left.isEmpty()) {
            assertThat(System.nanoTime()).as("%d messages left", left.size()).isLessThan(deadline);
            List<OutgoingMessage> sent = left;
            List<SendOutcome> outcomes = transport.send(sent);
            assertThat(outcomes).hasSameSizeAs(sent).noneMatch(Refused.class::isInstance);
            left = IntStream.range(0, sent.size())
                    .filter(i -> !outcomes.get(i).acknowledged())
                    .mapToObj(sent::get)
                    .toList();
        }
    }

    /**
     * A transport leaves nothing behind.
     *
     * @throws InterruptedException when interrupted
     */
    @Test
    void closing_releases_threads_and_connections() throws InterruptedException {
        int connectionsBefore = connections();
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        MessageTransport transport = opened();
        assertThat(transport.send(messages(newTopic(), 0, 20))).allMatch(SendOutcome::acknowledged);
        assertThat(connections()).isGreaterThan(connectionsBefore);
        Set<Thread> started = new HashSet<>(Thread.getAllStackTraces().keySet());
        started.removeAll(before);
        started.removeIf(this::isNotTheTransports);

        transport.close();

        for (Thread thread : started) {
            thread.join(THREAD_END_MILLIS);
        }
        assertThat(started).filteredOn(Thread::isAlive).isEmpty();
        assertThat(awaitConnections(connectionsBefore)).isLessThanOrEqualTo(connectionsBefore);
    }

    /**
     * Which threads that were started meanwhile belong to the test's own broker or proxy.
     *
     * @param thread a thread
     * @return whether it is not the transport's; only those of {@link TcpProxy}, unless this is overridden
     */
    protected boolean isNotTheTransports(Thread thread) {
        return thread.getName().equals("tcp-proxy");
    }

    private int awaitConnections(int awaited) throws InterruptedException {
        Object clock = new Object();
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        synchronized (clock) {
            while (connections() > awaited && System.nanoTime() < deadline) {
                clock.wait(20);
            }
        }
        return connections();
    }

    /** Closing is final and repeatable. */
    @Test
    void a_closed_transport_says_so() {
        MessageTransport transport = opened();

        transport.close();
        transport.close();

        assertThatThrownBy(() -> transport.send(List.of(message("any-" + UUID.randomUUID(), "key-0", 1))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }
}
