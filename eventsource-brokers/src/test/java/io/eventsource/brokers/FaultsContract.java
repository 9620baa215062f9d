package io.eventsource.brokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.inbox.InboxFeed;
import io.eventsource.inbox.IncomingMessage;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.MessageTransport.SendOutcome;
import io.eventsource.outbox.OutgoingMessage;
import io.eventsource.subscription.SubscriptionManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What holds from the append to the effect in another service when processes are killed and the broker goes away. The system properties
 * {@code eventsource.test.publisher-kills} and {@code eventsource.test.outage-seconds} say how often and for how long.
 */
@Timeout(300)
public abstract class FaultsContract {

    private static final int KILLS = Integer.getInteger("eventsource.test.publisher-kills", 3);
    private static final Duration OUTAGE = Duration.ofSeconds(Integer.getInteger("eventsource.test.outage-seconds", 2));
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(20);
    private static final int AGGREGATES = 20;
    private static final int KILLED_BY_SIGKILL = 128 + 9;

    private final InboxDatabase database = InboxDatabase.create();
    private final PublishingService service = new PublishingService(database);
    private final List<UUID> aggregates =
            Stream.generate(UUID::randomUUID).limit(AGGREGATES).toList();
    private final List<MessageTransport> transports = new ArrayList<>();
    private final List<SubscriptionManager> publishers = new ArrayList<>();
    private final List<InboxFeed> feeds = new ArrayList<>();
    private BrokerClients clients;
    private String topic;

    /** Where processes reach the broker. */
    protected abstract String address();

    protected abstract String newTopic();

    /** All that a topic holds now, in the order of each key. */
    protected abstract List<IncomingMessage> messagesIn(String name);

    protected abstract void stopBroker();

    protected abstract void restartBroker();

    @BeforeEach
    void begin() {
        clients = BrokerClients.of(address());
        topic = newTopic();
    }

    @AfterEach
    void end() {
        publishers.forEach(each -> assertThat(each.stop(STOP_WITHIN)).isTrue());
        feeds.forEach(each -> assertThat(each.stop(STOP_WITHIN)).isTrue());
        transports.forEach(MessageTransport::close);
        clients.close();
        database.close();
    }

    private void append(int number) {
        service.appendToEach(aggregates, number);
    }

    private SubscriptionManager publish(MessageTransport transport, int segments) {
        transports.add(transport);
        SubscriptionManager publisher = service.instance(service.publisher(topic, transport), segments);
        publishers.add(publisher);
        publisher.start();
        return publisher;
    }

    private void consume() {
        InboxFeed feed = clients.feed(database.parkingConsumer("consumer-of-" + topic, event -> {}), topic);
        feeds.add(feed);
        feed.start();
    }

    private void awaitEffects(long count) {
        await().atMost(PATIENCE).until(() -> database.effects() >= count);
    }

    private Arrivals arrivals() {
        return new Arrivals(messagesIn(topic));
    }

    /** Nothing is lost and each key is in order, at the broker and in the effects, of which none is there twice. */
    private void assertComplete(Arrivals arrivals, int each) {
        List<Integer> numbers = IntStream.range(0, each).boxed().toList();
        assertThat(arrivals.numbers())
                .isEqualTo(aggregates.stream().collect(Collectors.toMap(Function.identity(), key -> numbers)));
        assertThat(database.effects()).isEqualTo((long) AGGREGATES * each);
        assertThat(database.disorder()).isEmpty();
        assertThat(service.letters().list(DeadLetterRepository.Filter.ALL, 0, 10))
                .isEmpty();
    }

    private String counts(int appended, Arrivals arrivals) {
        return "%d appended, %d received, %d of them again, %d effects"
                .formatted(
                        appended,
                        arrivals.messages().size(),
                        arrivals.messages().size() - appended,
                        database.effects());
    }

    @Test
    void publishers_that_are_killed_between_sending_and_checkpoint_lose_nothing_and_repeat_only_what_they_had_sent() {
        int each = 15 + 5 * KILLS;
        IntStream.range(0, each).forEach(this::append);
        consume();
        List<String> struck = new ArrayList<>();
        Set<String> failed = new HashSet<>();
        for (int kill = 0; kill < KILLS; kill++) {
            try (TestProcess publisher = PublisherProcess.launch(address(), topic, 1 + kill % 3, database)) {
                struck.addAll(publisher.awaitReport(PublisherProcess.STRUCK));
                assertThat(publisher.kill()).isEqualTo(KILLED_BY_SIGKILL);
                failed.addAll(publisher.reported(PublisherProcess.FAILED));
            }
        }
        assertThat(arrivals().messages()).hasSizeLessThan(AGGREGATES * each);

        publish(new WatchedTransport(clients.transport(), ids -> {}, failed::addAll), 1);
        awaitEffects((long) AGGREGATES * each);
        awaitCheckpoint(AGGREGATES * each);

        Arrivals arrivals = arrivals();
        System.out.printf(
                "%s: %d publishers killed with %d messages sent and not checkpointed; %s%n",
                getClass().getSimpleName(), KILLS, struck.size(), counts(AGGREGATES * each, arrivals));
        assertComplete(arrivals, each);
        assertThat(arrivals.repeated()).containsAll(struck);
        Set<String> allowed = new HashSet<>(struck);
        allowed.addAll(failed);
        assertThat(allowed).containsAll(arrivals.repeated());
    }

    /** Afterwards nothing is sent again. */
    private void awaitCheckpoint(int published) {
        await().atMost(PATIENCE).until(() -> database.jdbc()
                .queryForList("SELECT published FROM eventsource.event_outbox_status", Integer.class)
                .equals(List.of(published)));
    }

    @Test
    void a_broker_that_is_stopped_under_load_and_started_again_loses_nothing_and_each_effect_is_there_once()
            throws InterruptedException {
        Set<String> failed = ConcurrentHashMap.newKeySet();
        for (int instance = 0; instance < 2; instance++) {
            publish(new WatchedTransport(clients.transport(), ids -> {}, failed::addAll), 2);
        }
        consume();
        awaitSharedSegments();
        int each;
        int away;
        try (Load load = Load.start(this::append)) {
            awaitEffects(10 * AGGREGATES);
            stopBroker();
            try {
                int before = load.rounds();
                boolean unused = new CountDownLatch(1).await(OUTAGE.toMillis(), TimeUnit.MILLISECONDS);
                away = load.rounds() - before;
            } finally {
                restartBroker();
            }
            awaitEffects(database.effects() + 10 * AGGREGATES);
            each = load.end();
        }
        awaitEffects((long) AGGREGATES * each);
        awaitCheckpoint(AGGREGATES * each);

        Arrivals arrivals = arrivals();
        System.out.printf(
                "%s: the broker was away for %s, with %d appended meanwhile; %s%n",
                getClass().getSimpleName(), OUTAGE, AGGREGATES * away, counts(AGGREGATES * each, arrivals));
        assertThat(away).isPositive();
        assertComplete(arrivals, each);
        assertThat(failed).as("what the broker did not acknowledge").containsAll(arrivals.repeated());
    }

    /** So that none is given from one instance to the other later. */
    private void awaitSharedSegments() {
        await().atMost(PATIENCE).until(() -> publishers.stream().allMatch(each -> each.status("outbox:pages")
                .map(status -> status.segments().stream()
                                .filter(segment -> segment.state() != null)
                                .count()
                        == 1)
                .orElse(false)));
    }

    @Test
    void consumers_that_are_killed_in_the_middle_of_their_work_lose_and_repeat_no_effect() throws InterruptedException {
        List<OutgoingMessage> messages = InboxDatabase.messages(topic, 20, 30);
        int all = messages.size();
        MessageTransport transport = clients.transport();
        transports.add(transport);
        assertThat(transport.send(messages)).allMatch(SendOutcome::acknowledged);

        List<Long> killedAt = new ArrayList<>();
        for (int kill = 0; kill < 3; kill++) {
            long before = database.effects();
            try (TestProcess consumer = ConsumerProcess.launch(address(), topic, "killed", database)) {
                await().atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(2))
                        .until(() -> database.effects() > before + 30);
                assertThat(consumer.kill()).isEqualTo(KILLED_BY_SIGKILL);
            }
            killedAt.add(database.effects());
        }
        assertThat(database.effects()).isLessThan(all);

        InboxFeed last = clients.feed(database.consumer("killed", event -> {}), topic);
        feeds.add(last);
        last.start();
        awaitEffects(all);

        System.out.printf(
                "%s: %d sent, consumers killed at %s effects, %d effects%n",
                getClass().getSimpleName(), all, killedAt, database.effects());
        assertThat(database.effects()).isEqualTo(all);
        assertThat(database.disorder()).isEmpty();
    }
}
