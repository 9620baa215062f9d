package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.context.MetadataContext;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventMetadata.Field;
import io.eventsource.log.HighWaterMark;
import io.eventsource.projection.EventHandlers;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.StreamQuery;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Noted;
import io.eventsource.testing.TestEvents.Withdrawn;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What handlers append knows what caused it. */
@OnEachPostgres
class CausationIT {

    private final LogSignal signal = new LogSignal();
    private final EventStore store;
    private final SubscriptionManager manager;
    private final UUID stream = UUID.randomUUID();
    private final List<EventMetadata> seen = new CopyOnWriteArrayList<>();

    private record Reaction(String name, String eventType, Consumer<EventEnvelope<Object>> action)
            implements EventHandlers {

        @Override
        public Set<String> eventTypes() {
            return Set.of(eventType);
        }

        @Override
        public void handle(EventEnvelope<Object> event) {
            action.accept(event);
        }
    }

    CausationIT(TestDatabase database) {
        this.store = database.store(TestEvents.codec(), signal);
        this.manager = SubscriptionManager.builder(
                        TestDatabase.events(database.dataSource()),
                        HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC()),
                        signal)
                .build(Stream.of(
                                new Reaction("first-" + stream, "deposited", event -> react(event, new Withdrawn(1))),
                                new Reaction("second-" + stream, "withdrawn", event -> react(event, new Noted("done"))),
                                new Reaction("third-" + stream, "noted", event -> {
                                    if (event.aggregateId().equals(stream)) {
                                        seen.add(MetadataContext.current());
                                    }
                                }))
                        .map(each -> new SubscriptionDefinition(
                                each, SubscriptionSettings.defaults(), database.transactionManager()))
                        .toList());
    }

    private void react(EventEnvelope<Object> event, Object payload) {
        if (event.aggregateId().equals(stream)) {
            store.append(StreamAppend.to(event.aggregateType(), stream, payload));
        }
    }

    @AfterEach
    void stop() {
        assertThat(manager.stop(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void three_events_form_a_chain_of_causes_under_one_correlation_tenant_and_actor() {
        EventMetadata request = EventMetadata.of(Field::column, Map.of("secret", "header"));
        manager.start();
        MetadataContext.run(request, () -> store.append(StreamAppend.to("account", stream, new Deposited(1))));

        await().atMost(Duration.ofSeconds(20)).until(() -> seen.size() == 1);
        List<EventEnvelope<Object>> events = store.readStream(StreamQuery.of(stream));
        EventMetadata inherited = EventMetadata.of(field -> field.passedOn() ? field.of(request) : null, Map.of());
        assertThat(events)
                .extracting(EventEnvelope::metadata)
                .containsExactly(
                        request,
                        inherited.withCausationId(events.get(0).eventId().toString()),
                        inherited.withCausationId(events.get(1).eventId().toString()));
        assertThat(seen)
                .containsExactly(
                        inherited.withCausationId(events.get(2).eventId().toString()));
    }

    @Test
    void one_event_of_a_batch_does_not_lend_its_metadata_to_the_next() {
        store.append(StreamAppend.to("account", stream, new Noted("one"))
                .withMetadata(EventMetadata.none().withActorId("ann")));
        store.append(StreamAppend.to("account", stream, new Noted("two")));
        manager.start();

        await().atMost(Duration.ofSeconds(20)).until(() -> seen.size() == 2);
        assertThat(seen).extracting(EventMetadata::actorId).containsExactly("ann", null);
    }
}
