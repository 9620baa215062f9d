package io.eventsource.brokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.deadletter.DeadLetter;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.inbox.IncomingMessage;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.MessageTransport.MessageRefusedException;
import io.eventsource.outbox.Publisher;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What holds when a log is published through a real broker. */
@Timeout(180)
public abstract class PublisherContract {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<SubscriptionManager> instances = new ArrayList<>();
    private final InboxDatabase database = InboxDatabase.create();
    private final PublishingService service = new PublishingService(database);
    private String topic;
    private MessageTransport transport;

    /** Connects through something that {@link #cut} cuts. */
    protected abstract MessageTransport connect();

    protected abstract String newTopic();

    /** All that a topic holds now, in the order of each key. */
    protected abstract List<IncomingMessage> messagesIn(String name);

    /** How long a text is that no message may carry. */
    protected abstract int tooLong();

    protected abstract void cut();

    protected abstract void mend();

    @BeforeEach
    void begin() {
        topic = newTopic();
        transport = connect();
    }

    @AfterEach
    void end() {
        mend();
        instances.forEach(each -> assertThat(each.stop(Duration.ofSeconds(20))).isTrue());
        transport.close();
        database.close();
    }

    private SubscriptionManager publish(int segments) {
        SubscriptionManager instance = service.instance(service.publisher(topic, transport), segments);
        instances.add(instance);
        instance.start();
        return instance;
    }

    private Map<UUID, List<Integer>> arrivals() {
        return new Arrivals(messagesIn(topic)).numbers();
    }

    private void awaitArrivals(List<UUID> aggregates, int each) {
        List<Integer> numbers = IntStream.range(0, each).boxed().toList();
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).untilAsserted(() -> assertThat(arrivals())
                .containsOnlyKeys(aggregates)
                .allSatisfy((key, arrived) -> assertThat(arrived).containsExactlyElementsOf(numbers)));
    }

    private static List<UUID> aggregates(int count) {
        return Stream.generate(UUID::randomUUID).limit(count).toList();
    }

    private Map<String, Object> status() {
        return database.jdbc()
                .queryForMap(
                        "SELECT destination, published, waiting, failed, discarded, positions_behind FROM eventsource.event_outbox_status");
    }

    private static Map<String, Object> status(int published, int waiting, int failed) {
        return Map.of(
                "destination",
                "pages",
                "published",
                (long) published,
                "waiting",
                (long) waiting,
                "failed",
                (long) failed,
                "discarded",
                0L,
                "positions_behind",
                0L);
    }

    @Test
    void instances_that_come_and_go_publish_everything_in_the_order_of_its_aggregate() {
        List<UUID> aggregates = aggregates(20);
        publish(4);
        for (int number = 0; number < 25; number++) {
            for (UUID aggregate : aggregates) {
                service.append(aggregate, number, "");
            }
            if (number == 8) {
                publish(4);
            }
            if (number == 16) {
                assertThat(instances.get(0).stop(Duration.ofSeconds(20))).isTrue();
            }
        }

        awaitArrivals(aggregates, 25);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(status()).isEqualTo(status(500, 0, 0)));
    }

    @Test
    void a_message_that_is_refused_is_set_aside_with_those_behind_it_until_it_is_mended_and_others_leave() {
        UUID refused = UUID.randomUUID();
        UUID other = UUID.randomUUID();
        for (int number = 0; number < 3; number++) {
            service.append(refused, number, number == 1 ? "x".repeat(tooLong()) : "");
            service.append(other, number, "");
        }
        publish(1);

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(status()).isEqualTo(status(4, 1, 1)));
        assertThat(arrivals()).isEqualTo(Map.of(refused, List.of(0), other, List.of(0, 1, 2)));
        DeadLetter letter = service.letters()
                .list(DeadLetterRepository.Filter.ALL.withStatuses(DeadLetter.Status.FAILED), 0, 10)
                .get(0);
        assertThat(letter.projection()).isEqualTo("outbox:pages");
        assertThat(letter.failure()).satisfies(failure -> assertThat(failure.errorType())
                .isEqualTo(MessageRefusedException.class.getName()));

        assertThat(service.letters().edit(letter.id(), "{\"number\": 1, \"text\": \"\"}", "operator", "too large"))
                .isTrue();
        Publisher publisher = service.publisher(topic, transport);
        assertThat(service.replay(publisher)
                        .replay(DeadLetterRepository.Filter.OPEN, 10)
                        .resolved())
                .isEqualTo(2);

        service.append(refused, 3, "");
        service.append(other, 3, "");
        awaitArrivals(List.of(refused, other), 4);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(status()).isEqualTo(status(8, 0, 0)));
    }

    @Test
    void while_the_broker_is_away_the_circuit_is_open_and_nothing_is_set_aside() {
        List<UUID> aggregates = aggregates(5);
        SubscriptionManager instance = publish(1);
        aggregates.forEach(aggregate -> service.append(aggregate, 0, ""));
        awaitArrivals(aggregates, 1);

        cut();
        aggregates.forEach(aggregate -> service.append(aggregate, 1, ""));
        await().atMost(PATIENCE)
                .until(() ->
                        instance.status("outbox:pages").orElseThrow().state() == SubscriptionStatus.State.CIRCUIT_OPEN);
        assertThat(service.letters().list(DeadLetterRepository.Filter.ALL, 0, 10))
                .isEmpty();
        mend();

        awaitArrivals(aggregates, 2);
        assertThat(service.letters().list(DeadLetterRepository.Filter.ALL, 0, 10))
                .isEmpty();
    }
}
