package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.context.MetadataContext;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventMetadata.Field;
import io.eventsource.store.AppendException.StreamMismatchException;
import io.eventsource.store.StreamAppend.NewEvent;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@OnEachPostgres
class InheritedMetadataIT {

    private static final EventMetadata REQUEST =
            EventMetadata.of(Field::column, Map.of("k", "v")).withTenantId("acme");

    private final TestDatabase database;
    private final EventStore store;
    private final UUID id = UUID.randomUUID();

    InheritedMetadataIT(TestDatabase database) {
        this.database = database;
        this.store = database.store();
    }

    private StreamAppend deposit() {
        return StreamAppend.to("account", id, new Deposited(1));
    }

    private List<EventMetadata> stored() {
        return store.readStream(StreamQuery.of(id)).stream()
                .map(EventEnvelope::metadata)
                .toList();
    }

    @Test
    void an_append_that_says_nothing_has_the_metadata_of_the_context() {
        MetadataContext.run(REQUEST, () -> store.append(deposit()));
        assertThat(stored()).containsExactly(REQUEST);
    }

    @Test
    void so_has_each_way_of_appending() {
        MetadataContext.run(REQUEST, () -> {
            store.append(deposit());
            store.append(List.of(deposit(), StreamAppend.to("account", UUID.randomUUID(), new Deposited(2))));
            store.appendAsync(deposit()).join();
            store.load(Stream.of(deposit(), deposit()), done -> {});
            database.transaction().executeWithoutResult(status -> store.append(deposit()));
        });
        assertThat(stored()).hasSize(6).containsOnly(REQUEST);
    }

    @Test
    void what_the_append_says_wins_field_by_field() {
        MetadataContext.run(REQUEST, () -> {
            store.append(deposit().withMetadata(EventMetadata.none().withActorId("bob")));
            store.append(deposit().withMetadata(EventMetadata.none().withCorrelationId("own")));
            store.append(deposit().withMetadata(EventMetadata.none().withCausationId("own")));
            store.append(deposit().withMetadata(EventMetadata.none().withHeader("k", "own")));
        });
        assertThat(stored())
                .containsExactly(
                        REQUEST.withActorId("bob"),
                        REQUEST.withCorrelationId("own"),
                        REQUEST.withCausationId("own"),
                        REQUEST.withHeader("k", "own"));
    }

    @Test
    void the_tenant_of_the_append_wins() {
        MetadataContext.run(
                REQUEST,
                () -> store.append(deposit().withMetadata(EventMetadata.none().withTenantId("other"))));
        assertThat(stored()).containsExactly(REQUEST.withTenantId("other"));
    }

    @Test
    void what_an_event_says_wins_over_the_context() {
        EventMetadata own = EventMetadata.none().withActorId("bob");
        StreamAppend append = new StreamAppend(
                "account",
                id,
                ExpectedVersion.any(),
                null,
                EventMetadata.none(),
                List.of(NewEvent.of(new Deposited(1)), new NewEvent(new Deposited(2), null, null, own)));
        MetadataContext.run(REQUEST, () -> store.append(append));
        assertThat(stored()).containsExactly(REQUEST, REQUEST.withActorId("bob"));
    }

    @Test
    void a_deferred_insert_has_the_metadata_of_its_append_not_of_the_commit() {
        MetadataContext.run(
                EventMetadata.none().withTenantId("acme").withActorId("committer"),
                () -> database.transaction().executeWithoutResult(status -> {
                    MetadataContext.run(REQUEST, () -> store.append(deposit()));
                    store.append(deposit());
                }));
        assertThat(stored())
                .containsExactly(
                        REQUEST, EventMetadata.none().withTenantId("acme").withActorId("committer"));
    }

    @Test
    void a_refusal_names_the_tenant_of_the_context() {
        store.append(deposit());
        org.assertj.core.api.Assertions.assertThatExceptionOfType(StreamMismatchException.class)
                .isThrownBy(() -> MetadataContext.run(REQUEST, () -> store.append(deposit())))
                .withMessageContaining("'acme'");
    }

    @Test
    void without_a_context_nothing_is_added() {
        MetadataContext.run(REQUEST, () -> {});
        store.append(deposit());
        assertThat(stored()).containsExactly(EventMetadata.none());
    }
}
