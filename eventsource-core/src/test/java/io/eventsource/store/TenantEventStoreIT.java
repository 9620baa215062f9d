package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.eventsource.context.MetadataContext;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.LogQuery;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.AppendException.InvalidAppendException;
import io.eventsource.store.AppendException.StreamMismatchException;
import io.eventsource.store.EventStore.StreamDescription;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Noted;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@OnEachPostgres
class TenantEventStoreIT {

    private static final String SECRET = "the secret of rival";

    private final TestDatabase database;
    private final EventStore store;
    private final EventStore acme;
    private final UUID own = UUID.randomUUID();
    private final UUID foreign = UUID.randomUUID();
    private final UUID nobodys = UUID.randomUUID();

    TenantEventStoreIT(TestDatabase database) {
        this.database = database;
        this.store = database.store();
        this.acme = store.forTenant("acme");
    }

    private static StreamAppend note(UUID stream, String text) {
        return StreamAppend.to("note", stream, new Noted(text));
    }

    private void fill() {
        acme.append(note(own, "ours"));
        store.forTenant("rival").append(note(foreign, SECRET));
        store.append(note(nobodys, "nobody's"));
    }

    private static void assertRefused(UUID id, ThrowingCallable read) {
        assertThatExceptionOfType(TenantMismatchException.class)
                .isThrownBy(read)
                .withNoCause()
                .satisfies(mismatch -> {
                    assertThat(mismatch.requestedId()).isEqualTo(id);
                    assertThat(mismatch.tenantId()).isEqualTo("acme");
                    assertThat(mismatch.getMessage()).contains(id.toString()).doesNotContain("rival", SECRET);
                });
    }

    @Nested
    class Appending {

        @Test
        void stamps_the_tenant_whatever_the_context_says() {
            UUID second = UUID.randomUUID();
            MetadataContext.run(EventMetadata.none().withTenantId("rival").withActorId("ann"), () -> {
                acme.append(note(own, "1"));
                acme.append(List.of(note(own, "2"), note(second, "1")));
                acme.appendAsync(note(own, "3")).join();
                acme.load(Stream.of(note(own, "4")), done -> {});
            });
            assertThat(store.readStream(StreamQuery.of(own)))
                    .hasSize(4)
                    .extracting(EventEnvelope::metadata)
                    .containsOnly(EventMetadata.none().withTenantId("acme").withActorId("ann"));
            assertThat(store.describeStream(second)).contains(new StreamDescription(second, "note", "acme", 1));
        }

        @Test
        void refuses_a_stream_of_another_tenant_or_of_none() {
            fill();
            for (UUID stream : List.of(foreign, nobodys)) {
                for (Consumer<StreamAppend> way : List.<Consumer<StreamAppend>>of(
                        acme::append,
                        append -> acme.append(List.of(append)),
                        append -> acme.load(Stream.of(append), done -> {}))) {
                    assertThatExceptionOfType(StreamMismatchException.class)
                            .isThrownBy(() -> way.accept(note(stream, "intruder")))
                            .satisfies(mismatch ->
                                    assertThat(mismatch.getMessage()).doesNotContain("rival", SECRET));
                }
                assertThat(acme.appendAsync(note(stream, "intruder")))
                        .failsWithin(java.time.Duration.ofSeconds(10))
                        .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                        .havingCause()
                        .isInstanceOf(StreamMismatchException.class);
                assertThat(store.currentVersion(stream)).isEqualTo(1);
            }
        }

        @Test
        void refuses_an_append_for_another_tenant() {
            StreamAppend append =
                    note(own, "1").withMetadata(EventMetadata.none().withTenantId("rival"));
            assertThatExceptionOfType(InvalidAppendException.class).isThrownBy(() -> acme.append(append));
            assertThatExceptionOfType(InvalidAppendException.class).isThrownBy(() -> acme.append(List.of(append)));
            assertThatExceptionOfType(InvalidAppendException.class).isThrownBy(() -> acme.appendAsync(append));
            assertThatExceptionOfType(InvalidAppendException.class)
                    .isThrownBy(() -> acme.load(Stream.of(append), done -> {}));
            assertThat(store.exists(own)).isFalse();
        }
    }

    @Nested
    class Reading {

        @Test
        void gives_the_tenants_own_events_by_every_method() {
            fill();
            EventEnvelope<Object> event = acme.readStream(StreamQuery.of(own)).get(0);
            assertThat(event.payload()).isEqualTo(new Noted("ours"));
            assertThat(acme.streamEvents(StreamQuery.of(own))).containsExactly(event);
            assertThat(acme.findEvent(event.eventId())).contains(event);
            assertThat(acme.currentVersion(own)).isEqualTo(1);
            assertThat(acme.exists(own)).isTrue();
        }

        @Test
        void of_a_stream_that_does_not_exist_finds_nothing() {
            UUID absent = UUID.randomUUID();
            assertThat(acme.readStream(StreamQuery.of(absent))).isEmpty();
            assertThat(acme.streamEvents(StreamQuery.of(absent))).isEmpty();
            assertThat(acme.describeStream(absent)).isEmpty();
            assertThat(acme.currentVersion(absent)).isZero();
            assertThat(acme.exists(absent)).isFalse();
            assertThat(acme.findEvent(absent)).isEmpty();
        }

        @Test
        void another_tenants_or_nobodys_stream_is_refused_by_every_method() {
            fill();
            for (UUID stream : List.of(foreign, nobodys)) {
                StreamQuery all = StreamQuery.of(stream);
                assertRefused(stream, () -> acme.readStream(all));
                assertRefused(stream, () -> acme.readStream(all.backward().limit(1)));
                assertRefused(stream, () -> acme.streamEvents(all).toList());
                assertRefused(stream, () -> acme.describeStream(stream));
                assertRefused(stream, () -> acme.currentVersion(stream));
                assertRefused(stream, () -> acme.exists(stream));
            }
        }

        @Test
        void also_when_the_query_asks_for_no_event_of_it() {
            fill();
            StreamQuery all = StreamQuery.of(foreign);
            assertRefused(foreign, () -> acme.readStream(all.from(2)));
            assertRefused(foreign, () -> acme.streamEvents(all.from(2)).toList());
            assertRefused(foreign, () -> acme.readStream(all.asOfPosition(0)));
            assertRefused(foreign, () -> acme.readStream(all.asOfTime(Instant.EPOCH)));
        }

        @Test
        void also_when_the_events_are_not_inserted_yet() {
            database.transaction().executeWithoutResult(status -> {
                fill();
                assertRefused(foreign, () -> acme.readStream(StreamQuery.of(foreign)));
                assertRefused(foreign, () -> acme.exists(foreign));
                assertThat(acme.readStream(StreamQuery.of(own))).hasSize(1);
            });
        }

        @Test
        void an_event_of_another_tenant_is_refused_by_its_id() {
            fill();
            for (UUID stream : List.of(foreign, nobodys)) {
                UUID event = store.readStream(StreamQuery.of(stream)).get(0).eventId();
                assertRefused(event, () -> acme.findEvent(event));
            }
        }

        @Test
        void a_failure_to_decode_tells_nothing_of_another_tenants_event() {
            fill();
            EventStore ignorant = database.store(TestEvents.codec(EventRegistry.of(Deposited.class)), new LogSignal())
                    .forTenant("acme");
            UUID event = store.readStream(StreamQuery.of(foreign)).get(0).eventId();
            assertRefused(foreign, () -> ignorant.readStream(StreamQuery.of(foreign)));
            assertRefused(event, () -> ignorant.findEvent(event));
            assertThatExceptionOfType(io.eventsource.event.EventDecodingException.class)
                    .isThrownBy(() -> ignorant.readStream(StreamQuery.of(own)));
        }

        @Test
        void the_log_is_read_without_the_events_of_others() {
            long before = store.highWaterMark();
            fill();
            LogQuery query = LogQuery.after(before);
            List<StoredEvent> events = acme.readLog(query).events();
            assertThat(events).extracting(StoredEvent::aggregateId).containsExactly(own);
            assertThat(acme.streamLog(query)).isEqualTo(events);
            assertThat(acme.readLog(query.tenantId("acme")).events()).isEqualTo(events);
            assertThat(acme.decode(events.get(0)).get(0).payload()).isEqualTo(new Noted("ours"));
            assertThat(acme.readLog(query).nextPosition()).isEqualTo(acme.highWaterMark());
            assertThatIllegalArgumentException().isThrownBy(() -> acme.readLog(query.tenantId("rival")));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> acme.streamLog(query.tenantId("rival")).toList());
        }

        @Test
        void an_event_of_another_tenant_is_not_decoded() {
            long before = store.highWaterMark();
            fill();
            StoredEvent event = store.readLog(LogQuery.after(before).tenantId("rival"))
                    .events()
                    .get(0);
            assertRefused(event.eventId(), () -> acme.decode(event));
        }
    }

    @Test
    void a_view_does_not_lead_to_another_tenants_view() {
        assertThat(acme.forTenant("acme").exists(own)).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> acme.forTenant("rival"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void a_view_needs_a_tenant(String tenant) {
        assertThatIllegalArgumentException().isThrownBy(() -> store.forTenant(tenant));
    }
}
