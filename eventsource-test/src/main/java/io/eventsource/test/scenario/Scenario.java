package io.eventsource.test.scenario;

import io.eventsource.event.EventEnvelope;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.LogQuery;
import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.test.assertion.EventText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Begins scenarios: a stimulus, then what is awaited, then what is verified. Nothing sleeps for a fixed time, and what does not arrive
 * fails with the events that did.
 *
 * <pre>{@code
 * scenario.stimulate(() -> orders.execute(id, order -> order.ship("T1")))
 *         .andWaitForProjections("order-summaries")
 *         .toArriveAndVerify(order -> assertThat(summaries.findById(id)).isPresent());
 *
 * scenario.publish("Order", id, new OrderShipped("T1"))
 *         .andWaitForEvent(InvoiceSent.class)
 *         .matching(sent -> sent.orderId().equals(id))
 *         .toArrive();
 * }</pre>
 *
 * <p>In an application's tests it is a bean. Immutable and thread-safe.
 */
public final class Scenario {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int PAGE = 1_000;

    private final EventStore store;
    private final SubscriptionManager manager;
    private final Duration timeout;

    private Scenario(EventStore store, SubscriptionManager manager, Duration timeout) {
        this.store = store;
        this.manager = manager;
        this.timeout = timeout;
    }

    /**
     * Scenarios that wait at most 10 seconds.
     *
     * @param store where events are looked for
     * @param manager drives the subscriptions
     * @return what begins scenarios
     */
    public static Scenario of(EventStore store, SubscriptionManager manager) {
        return new Scenario(store, manager, PATIENCE);
    }

    /**
     * The same with another patience.
     *
     * @param newTimeout how long to wait at most
     * @return a copy
     */
    public Scenario within(Duration newTimeout) {
        return new Scenario(store, manager, newTimeout);
    }

    /**
     * Does something to the application.
     *
     * @param stimulus calls it, outside of a transaction or with one of its own
     * @param <T> what it returns
     * @return what comes of it
     */
    public <T> Stimulated<T> stimulate(Supplier<T> stimulus) {
        long begin = manager.visibleEnd();
        return new Stimulated<>(this, begin, stimulus.get());
    }

    /**
     * Does something to the application that returns nothing.
     *
     * @param stimulus calls it, outside of a transaction or with one of its own
     * @return what comes of it
     */
    public Stimulated<Boolean> stimulate(Runnable stimulus) {
        return stimulate(() -> {
            stimulus.run();
            return true;
        });
    }

    /**
     * Appends events, as some other part of the application would.
     *
     * @param aggregateType the type of the stream
     * @param aggregateId the stream, new or not
     * @param events the events, at least one
     * @return what comes of them
     */
    public Stimulated<AppendResult> publish(String aggregateType, UUID aggregateId, Object... events) {
        return stimulate(() -> store.append(
                StreamAppend.to(aggregateType, aggregateId, List.of(events)).expecting(ExpectedVersion.any())));
    }

    SubscriptionManager manager() {
        return manager;
    }

    Duration timeout() {
        return timeout;
    }

    /** What was appended behind a position, decoded. */
    List<EventEnvelope<Object>> since(long position) {
        List<EventEnvelope<Object>> events = new ArrayList<>();
        for (StoredEvent stored :
                store.readLog(LogQuery.after(position).limit(PAGE)).events()) {
            events.addAll(store.decode(stored));
        }
        return events;
    }

    /** For messages: what came of a stimulus. */
    String describeSince(long position) {
        return "%nEvents since the stimulus:%n%s%nSubscriptions:%n%s"
                .formatted(
                        EventText.of(since(position)),
                        String.join(
                                "\n",
                                manager.statuses().stream()
                                        .map(each -> "  '%s' is %s at position %d%s"
                                                .formatted(
                                                        each.name(),
                                                        each.state(),
                                                        each.position(),
                                                        each.lastFailure() == null
                                                                ? ""
                                                                : ", last failure " + each.lastFailure()))
                                        .toList()));
    }
}
