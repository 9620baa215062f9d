package io.eventsource.benchmarks;

import io.eventsource.event.EventEnvelope;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.outbox.Destination;
import io.eventsource.outbox.Destination.Route;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.Publisher;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.MethodEventHandlers;
import io.eventsource.projection.Projection;
import io.eventsource.signal.SignalRelay;
import io.eventsource.store.EventStoreSettings.AppendTiming;
import io.eventsource.subscription.InstanceSettings;
import io.eventsource.subscription.SubscriptionDefinition;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionSettings;
import io.eventsource.time.Clocks;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * This library's store with its subscriptions, wired and configured as the starter does it. All of the benchmarks that
 * knows the subscriptions' interface stands here: how they are made, their defaults, and the form of their handlers.
 */
public final class EventsourceLog implements LiveLog {

    /** The starter's defaults. */
    private static final Duration POLL_INTERVAL = Duration.ofSeconds(1);

    private static final Duration NOTIFY_INTERVAL = Duration.ofMillis(5);
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(10);
    private static final List<OrderLineAdded> LINES = List.of(OrderLineAdded.of(1));

    private final Database database;
    private final EventsourceContender contender;
    private final SignalRelay relay;
    private final @Nullable SubscriptionManager manager;

    private EventsourceLog(
            Database database,
            EventsourceContender contender,
            SignalRelay relay,
            @Nullable SubscriptionManager manager) {
        this.database = database;
        this.contender = contender;
        this.relay = relay;
        this.manager = manager;
    }

    /**
     * Starts subscriptions.
     *
     * @param database where the log is
     * @param handlers one for each subscription; without any, as in an application that only appends
     */
    public static EventsourceLog start(Database database, List<? extends LineHandler> handlers) {
        return start(database, handlers, SubscriptionSettings.defaults());
    }

    /** Starts subscriptions with other settings than the starter's defaults. */
    static EventsourceLog start(
            Database database, List<? extends LineHandler> handlers, SubscriptionSettings settings) {
        JdbcTransactionManager transactions = new JdbcTransactionManager(database.dataSource());
        return start(database, contender -> IntStream.range(0, handlers.size())
                .mapToObj(i -> new SubscriptionDefinition(
                        projection("benchmark-" + i, handlers.get(i), contender), settings, transactions))
                .toList());
    }

    /** Starts a publisher of all events. */
    public static EventsourceLog publish(Database database, MessageTransport transport, SubscriptionSettings settings) {
        return start(database, contender -> {
            Destination destination = new Destination(
                    "benchmark", "/benchmark", "benchmark", List.of(Route.unchanged("order-line-added")));
            Publisher publisher = new Publisher(destination, contender.codec(), PayloadSerializer.json(), transport);
            return List.of(new SubscriptionDefinition(publisher, settings, null));
        });
    }

    private static EventsourceLog start(
            Database database, Function<EventsourceContender, List<SubscriptionDefinition>> subscriptions) {
        EventsourceContender contender = new EventsourceContender(database, AppendTiming.DEFERRED);
        List<SubscriptionDefinition> definitions = subscriptions.apply(contender);
        SignalRelay relay = new SignalRelay(
                database::connect,
                EventsourceTables.SCHEMA,
                contender.signal(),
                new SignalRelay.Settings(!definitions.isEmpty(), NOTIFY_INTERVAL, HEARTBEAT),
                UUID.randomUUID(),
                Thread::new,
                Clock.systemUTC());
        relay.start();
        if (definitions.isEmpty()) {
            return new EventsourceLog(database, contender, relay, null);
        }
        SubscriptionManager manager = SubscriptionManager.builder(
                        new EventDatabase(
                                database.dataSource(), EventsourceTables.SCHEMA, contender.codec(), Clocks.system()),
                        contender.highWaterMark(),
                        contender.signal())
                .settings(InstanceSettings.defaults().withPollInterval(POLL_INTERVAL))
                .build(definitions);
        manager.start();
        return new EventsourceLog(database, contender, relay, manager);
    }

    /** What an application declares, ready to be called by whoever reads the log. */
    static EventHandlers projection(String name, LineHandler handler, EventsourceContender contender) {
        return new Named(
                name,
                MethodEventHandlers.of(
                        handler instanceof LineHandler.OfBatches batches
                                ? new BatchProjection(batches)
                                : new LineProjection(handler),
                        contender.codec().registry()));
    }

    /** What an application writes to handle batches. */
    @Projection("benchmark")
    static final class BatchProjection {
        private final LineHandler.OfBatches handler;

        BatchProjection(LineHandler.OfBatches handler) {
            this.handler = handler;
        }

        @EventHandler
        void on(List<EventEnvelope<OrderLineAdded>> events) {
            handler.handle(
                    events.stream().map(EventEnvelope::aggregateId).toList(),
                    events.stream().map(EventEnvelope::payload).toList());
        }
    }

    /** What an application writes. */
    @Projection("benchmark")
    static final class LineProjection {
        private final LineHandler handler;

        LineProjection(LineHandler handler) {
            this.handler = handler;
        }

        @EventHandler
        void on(OrderLineAdded line, EventEnvelope<OrderLineAdded> event) {
            handler.handle(event.aggregateId(), line);
        }
    }

    /** The same projection under several names. */
    private record Named(String name, EventHandlers handlers) implements EventHandlers {

        @Override
        public Set<String> eventTypes() {
            return handlers.eventTypes();
        }

        @Override
        public void handle(EventEnvelope<Object> event) {
            handlers.handle(event);
        }

        @Override
        public void handleAll(List<EventEnvelope<Object>> events) {
            handlers.handleAll(events);
        }
    }

    public Database database() {
        return database;
    }

    /** Appends so that these subscriptions notice. */
    public Contender contender() {
        return contender;
    }

    @Override
    public void append(UUID stream) {
        contender.appendAt(stream, LINES);
    }

    @Override
    public void close() {
        boolean stopped = manager == null || manager.stop(DRAIN_TIMEOUT);
        if (!relay.stop(DRAIN_TIMEOUT) || !stopped) {
            throw new IllegalStateException("A subscription did not stop within " + DRAIN_TIMEOUT);
        }
    }
}
