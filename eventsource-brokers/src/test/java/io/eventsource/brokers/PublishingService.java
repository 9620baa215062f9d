package io.eventsource.brokers;

import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.event.EventCodec;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventType;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.log.HighWaterMark;
import io.eventsource.outbox.Destination;
import io.eventsource.outbox.Destination.Route;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.Publisher;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.EventStore;
import io.eventsource.store.EventStoreSettings;
import io.eventsource.store.EventStoreSettings.AppendTiming;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.InstanceSettings;
import io.eventsource.subscription.SubscriptionDefinition;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionSettings;
import io.eventsource.subscription.SubscriptionSettings.CheckpointStrategy;
import io.eventsource.time.Clocks;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ForkJoinPool;
import javax.sql.DataSource;

/** A service that appends events, and instances of it that publish them, without a class for them. */
public final class PublishingService {

    /** How long an instance that is killed keeps its segments. */
    private static final Duration LEASE = Duration.ofSeconds(5);

    private final DataSource dataSource;
    private final LogSignal signal = new LogSignal();
    private final EventStore store;
    private final EventCodec classless =
            new EventCodec(EventRegistry.of(InboxDatabase.Counted.class), PayloadSerializer.json());

    /** What the service appends, and what leaves as {@link InboxDatabase.Counted}. */
    @EventType("written")
    public record Written(int number, String text) {}

    public PublishingService(InboxDatabase database) {
        this.dataSource = database.dataSource();
        this.store = EventStore.postgres(
                new EventDatabase(
                        dataSource,
                        InboxDatabase.SCHEMA,
                        new EventCodec(EventRegistry.of(Written.class), PayloadSerializer.json()),
                        Clocks.system()),
                HighWaterMark.of(dataSource, InboxDatabase.SCHEMA, Clock.systemUTC()),
                signal,
                new EventStoreSettings(AppendTiming.DEFERRED, Duration.ofSeconds(10), true),
                ForkJoinPool.commonPool(),
                EventStore.timeOrderedIds(Clock.systemUTC(), new SecureRandom()));
    }

    public void append(UUID aggregate, int number, String text) {
        store.append(StreamAppend.to("page", aggregate, new Written(number, text)));
    }

    /** The same number for each, in one transaction. */
    void appendToEach(List<UUID> aggregates, int number) {
        store.append(aggregates.stream()
                .map(aggregate -> StreamAppend.to("page", aggregate, new Written(number, "")))
                .toList());
    }

    public Publisher publisher(String topic, MessageTransport transport) {
        return new Publisher(
                new Destination("pages", "/pages", topic, List.of(Route.renamed("written", "counted"))),
                classless,
                PayloadSerializer.json(),
                transport);
    }

    /** An instance that has not started yet. */
    public SubscriptionManager instance(Publisher publisher, int segments) {
        return instance(publisher, segments, LEASE);
    }

    /** One that has this lease, and gives a batch as much time. */
    public SubscriptionManager instance(Publisher publisher, int segments, Duration lease) {
        return SubscriptionManager.builder(
                        new EventDatabase(dataSource, InboxDatabase.SCHEMA, classless, Clocks.system()),
                        HighWaterMark.of(dataSource, InboxDatabase.SCHEMA, Clock.systemUTC()),
                        signal)
                .settings(InstanceSettings.defaults()
                        .withPollInterval(Duration.ofMillis(200))
                        .withLeaseDuration(lease))
                .build(List.of(new SubscriptionDefinition(publisher, settings(segments, lease), null)));
    }

    private static SubscriptionSettings settings(int segments, Duration lease) {
        return SubscriptionSettings.builder()
                .batch(new SubscriptionSettings.Batch(50, 200, 0.8, Duration.ofMillis(1), lease))
                .checkpoint(new SubscriptionSettings.Checkpoint(CheckpointStrategy.EVERY_BATCH, Duration.ofMillis(200)))
                .retry(new SubscriptionSettings.Retry(2, Duration.ofMillis(20), 2, Duration.ofMillis(200)))
                .circuitBreaker(new SubscriptionSettings.CircuitBreaker(
                        true, 2, Duration.ofMillis(200), Duration.ofSeconds(1), 10))
                .segments(segments)
                .build();
    }

    public DeadLetterRepository letters() {
        return DeadLetterRepository.postgres(dataSource, InboxDatabase.SCHEMA);
    }

    public DeadLetterReplay replay(Publisher publisher) {
        return new DeadLetterReplay(
                List.of(new DeadLetterReplay.Target(publisher, null)),
                new EventDatabase(dataSource, InboxDatabase.SCHEMA, classless, Clocks.system()),
                ErrorClassifier.standard(),
                DeadLetterReplay.Settings.defaults());
    }
}
