package io.eventsource.benchmarks;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.MethodEventHandlers;
import io.eventsource.projection.Projection;
import io.eventsource.store.AppendTiming;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * This library's store with its subscriptions, wired and configured as the starter does it. All of the benchmarks that
 * knows the subscriptions' interface stands here: how they are made, their defaults, and the form of their handlers. A
 * handler of batches would be another bean beside {@link LineProjection}.
 */
final class EventsourceLog implements LiveLog {

    /** The starter's defaults. */
    private static final SubscriptionSettings DEFAULTS =
            new SubscriptionSettings(100, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(30));

    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(10);
    private static final List<OrderLineAdded> LINES = List.of(OrderLineAdded.of(1));

    private final Database database;
    private final EventsourceContender contender;
    private final @Nullable SubscriptionManager manager;

    private EventsourceLog(Database database, EventsourceContender contender, @Nullable SubscriptionManager manager) {
        this.database = database;
        this.contender = contender;
        this.manager = manager;
    }

    /**
     * Starts subscriptions.
     *
     * @param database where the log is
     * @param handlers one for each subscription; without any, as in an application that only appends
     */
    static EventsourceLog start(Database database, List<? extends LineHandler> handlers) {
        EventsourceContender contender = new EventsourceContender(database, AppendTiming.LATE);
        if (handlers.isEmpty()) {
            return new EventsourceLog(database, contender, null);
        }
        SubscriptionManager manager = new SubscriptionManager(
                IntStream.range(0, handlers.size())
                        .mapToObj(i -> projection("benchmark-" + i, handlers.get(i), contender))
                        .toList(),
                database.dataSource(),
                EventsourceTables.SCHEMA,
                contender.codec(),
                contender.head(),
                contender.signal(),
                new JdbcTransactionManager(database.dataSource()),
                DEFAULTS,
                Thread::new,
                Clock.systemUTC());
        manager.start();
        return new EventsourceLog(database, contender, manager);
    }

    private static EventHandlers projection(String name, LineHandler handler, EventsourceContender contender) {
        return new Named(
                name,
                MethodEventHandlers.of(
                        new LineProjection(handler), contender.codec().registry()));
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
    }

    Database database() {
        return database;
    }

    /** Appends so that these subscriptions notice. */
    Contender contender() {
        return contender;
    }

    @Override
    public void append(UUID stream) {
        contender.appendAt(stream, LINES);
    }

    @Override
    public void close() {
        if (manager != null && !manager.stop(DRAIN_TIMEOUT)) {
            throw new IllegalStateException("A subscription did not stop within " + DRAIN_TIMEOUT);
        }
    }
}
