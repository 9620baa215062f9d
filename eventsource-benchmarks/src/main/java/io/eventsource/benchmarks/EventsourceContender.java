package io.eventsource.benchmarks;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.aggregate.CommandRetries;
import io.eventsource.event.EventCodec;
import io.eventsource.event.EventRegistry;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.log.HighWaterMark;
import io.eventsource.observation.EventSourceObservations;
import io.eventsource.observation.EventSourceObservations.Conventions;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.signal.LogSignal;
import io.eventsource.snapshot.Snapshots;
import io.eventsource.snapshot.Snapshots.Settings.SnapshotMode;
import io.eventsource.snapshot.Snapshots.SnapshotPolicy;
import io.eventsource.store.EventStore;
import io.eventsource.store.EventStoreSettings;
import io.eventsource.store.EventStoreSettings.AppendTiming;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.SnapshotRepository;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.VersionConflictException;
import io.eventsource.time.Clocks;
import io.eventsource.time.Clocks.Ticker;
import io.micrometer.observation.ObservationRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import org.springframework.transaction.support.TransactionTemplate;

/** This library, configured as the starter configures it. */
public final class EventsourceContender implements Contender {

    private static final int LOADED_PER_STREAM = 10;
    private static final CommandRetries RETRIES = new CommandRetries(10, Duration.ofMillis(5), Duration.ofMillis(250));

    private final EventsourceTables tables;
    private final EventCodec codec = new EventCodec(EventRegistry.of(OrderLineAdded.class), PayloadSerializer.json());
    private final LogSignal signal = new LogSignal();
    private final HighWaterMark mark;
    private final EventStore store;
    private final AggregateRepository<Order> orders;
    private final TransactionTemplate transactions;
    private final Database database;

    public EventsourceContender(Database database, AppendTiming timing) {
        this.tables = EventsourceTables.in(database);
        this.mark = HighWaterMark.of(database.dataSource(), EventsourceTables.SCHEMA, Clock.systemUTC());
        this.store = EventStore.postgres(
                new EventDatabase(database.dataSource(), EventsourceTables.SCHEMA, codec, Clocks.system()),
                mark,
                signal,
                new EventStoreSettings(timing, Duration.ofSeconds(10), true),
                ForkJoinPool.commonPool(),
                EventStore.timeOrderedIds(Clock.systemUTC(), new SecureRandom()));
        this.orders = AggregateRepository.of(Order.class, store, RETRIES);
        this.transactions = database.transactions();
        this.database = database;
    }

    @Override
    public String name() {
        return "eventsource";
    }

    @Override
    public Database database() {
        return database;
    }

    @Override
    public void reset(int events) {
        tables.reset(events);
    }

    /** Makes the store anew. */
    void renew() {
        tables.renew();
    }

    @Override
    public boolean append(UUID stream, long version, List<OrderLineAdded> events) {
        try {
            store.append(StreamAppend.to("order", stream, events).expecting(ExpectedVersion.exact(version)));
            return true;
        } catch (VersionConflictException conflict) {
            return false;
        }
    }

    @Override
    public long version(UUID stream) {
        return store.currentVersion(stream);
    }

    @Override
    public long load(UUID stream) {
        return orders.load(stream).state();
    }

    @Override
    public TransactionTemplate transactions() {
        return transactions;
    }

    /** Appends to a new stream and says at which position. */
    long appendAt(UUID stream, List<OrderLineAdded> events) {
        return store.append(StreamAppend.to("order", stream, events).expecting(ExpectedVersion.noStream()))
                .lastPosition();
    }

    /** Loads new streams of ten events in bulk. */
    public void load(int events) {
        int streams = events / LOADED_PER_STREAM;
        List<OrderLineAdded> lines = IntStream.range(0, LOADED_PER_STREAM)
                .mapToObj(OrderLineAdded::of)
                .toList();
        store.load(
                IntStream.range(0, streams).mapToObj(i -> StreamAppend.to("order", UUID.randomUUID(), lines)
                        .expecting(ExpectedVersion.noStream())),
                progress -> {});
    }

    /** Orders without snapshots. */
    AggregateRepository<Order> orders() {
        return orders;
    }

    /** Orders with snapshots every hundred events. */
    AggregateRepository<Order> orders(SnapshotMode mode, Executor background) {
        return AggregateRepository.of(
                Order.class,
                store,
                RETRIES,
                new Snapshots(
                        SnapshotRepository.postgres(database.dataSource(), EventsourceTables.SCHEMA),
                        PayloadSerializer.json(),
                        type -> new Snapshots.Settings(mode, SnapshotPolicy.every(100)),
                        new TransactionParticipation(database.dataSource()),
                        background,
                        List.of(),
                        Ticker.system()));
    }

    EventStore store() {
        return store;
    }

    /** The store with observations, as the starter makes it. */
    EventStore observed(ObservationRegistry registry) {
        return new EventSourceObservations(() -> registry, Conventions.standard())
                .observe(store, codec.registry(), true, true);
    }

    HighWaterMark highWaterMark() {
        return mark;
    }

    EventCodec codec() {
        return codec;
    }

    /** Raised after each append. */
    LogSignal signal() {
        return signal;
    }
}
