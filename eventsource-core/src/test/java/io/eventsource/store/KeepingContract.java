package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventMetadata.Field;
import io.eventsource.payload.EventEncodingException;
import io.eventsource.store.StreamAppend.NewEvent;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Measured;
import io.eventsource.testing.TestEvents.Nested;
import io.eventsource.testing.TestEvents.Noted;
import io.eventsource.testing.TestEvents.Withdrawn;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an event keeps in the store, whatever the layout of the tables. */
abstract class KeepingContract extends EventStoreFixture {

    KeepingContract(TestDatabase database) {
        super(database);
    }

    @Test
    void every_field_of_an_event_comes_back() {
        UUID account = UUID.randomUUID();
        UUID eventId = UUID.randomUUID();
        Instant happened = Instant.parse("2001-02-03T04:05:06.123456Z");
        EventMetadata metadata = EventMetadata.of(Field::column, java.util.Map.of("a", "1", "ü", "\"x\"\\"));
        Instant before = Instant.now().minusSeconds(60);

        AppendResult result = store.append(new StreamAppend(
                "account",
                account,
                ExpectedVersion.any(),
                null,
                metadata,
                List.of(new NewEvent(new Withdrawn(9), eventId, happened, null))));

        EventEnvelope<Object> event = onlyEvent(account);
        assertThat(event.position()).isEqualTo(result.firstPosition());
        assertThat(event.eventId()).isEqualTo(eventId);
        assertThat(event.aggregateId()).isEqualTo(account);
        assertThat(event.aggregateType()).isEqualTo("account");
        assertThat(event.version()).isEqualTo(1);
        assertThat(event.eventType()).isEqualTo("withdrawn");
        assertThat(event.revision()).isEqualTo(3);
        assertThat(event.timestamp()).isEqualTo(happened);
        assertThat(event.createdAt()).isBetween(before, Instant.now().plusSeconds(60));
        assertThat(event.metadata()).isEqualTo(metadata);
        assertThat(event.payload()).isEqualTo(new Withdrawn(9));
    }

    @Test
    void events_of_one_append_keep_ids_times_and_metadata_of_their_own() {
        UUID account = UUID.randomUUID();
        List<UUID> ids = List.of(UUID.randomUUID(), UUID.randomUUID());
        List<Instant> times =
                List.of(Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("1969-12-31T23:59:59.999999Z"));
        EventMetadata common =
                EventMetadata.of(Field::column, java.util.Map.of()).withCausationId(null);
        EventMetadata own = EventMetadata.of(
                        field -> field == Field.TENANT_ID ? common.tenantId() : "{\"NULL\",'}",
                        java.util.Map.of("k", "null"))
                .withCorrelationId(null);

        store.append(new StreamAppend(
                "account",
                account,
                ExpectedVersion.any(),
                null,
                common,
                List.of(
                        new NewEvent(new Deposited(1), ids.get(0), times.get(0), null),
                        new NewEvent(new Withdrawn(2), ids.get(1), times.get(1), own))));

        List<EventEnvelope<Object>> events = store.readStream(StreamQuery.of(account));
        assertThat(events).extracting(EventEnvelope::eventId).containsExactlyElementsOf(ids);
        assertThat(events).extracting(EventEnvelope::timestamp).containsExactlyElementsOf(times);
        assertThat(events).extracting(EventEnvelope::metadata).containsExactly(common, own);
        assertThat(events).extracting(EventEnvelope::revision).containsExactly(1, 3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void times_are_kept_to_the_microsecond(int count) {
        UUID account = UUID.randomUUID();
        Instant happened = Instant.now().truncatedTo(ChronoUnit.MICROS);

        store.append(new StreamAppend(
                "account",
                account,
                ExpectedVersion.any(),
                null,
                EventMetadata.none(),
                Collections.nCopies(count, new NewEvent(new Deposited(1), null, happened, null))));

        assertThat(store.readStream(StreamQuery.of(account)))
                .extracting(EventEnvelope::timestamp)
                .hasSize(count)
                .containsOnly(happened);
    }

    @Test
    void ids_and_times_are_assigned_when_none_are_given() {
        UUID account = UUID.randomUUID();
        Instant before = Instant.now().truncatedTo(ChronoUnit.MICROS);

        store.append(deposits(account, 1, 2, 3));

        List<EventEnvelope<Object>> events = store.readStream(StreamQuery.of(account));
        assertThat(events).extracting(EventEnvelope::eventId).doesNotHaveDuplicates();
        assertThat(events).extracting(EventEnvelope::timestamp).allSatisfy(time -> assertThat(time)
                .isBetween(before, Instant.now()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void text_of_every_plane_comes_back_unchanged(int count) {
        UUID account = UUID.randomUUID();
        StringBuilder text =
                new StringBuilder("\\ \" ' { } , NULL \\u0000 \u0001\u001f\u007f\u2028\ufeff\uffff \n\t\r");
        for (int plane = 0; plane <= 16; plane++) {
            text.appendCodePoint(plane * 0x10000 + 0x4242 % 0xd800);
        }
        Noted noted = new Noted(text.toString());

        store.append(StreamAppend.to("account", account, Collections.nCopies(count, noted)));

        assertThat(payloads(account)).hasSize(count).containsOnly(noted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0b6cf2c4-3f35-4a5c-9d0e-0f2f2a1b8f10",
                "2026-01-01T00:00:00Z",
                "00042",
                "1e400",
                "NaN",
                "true",
                "null",
                ""
            })
    void text_that_looks_like_something_else_stays_text(String text) {
        UUID account = UUID.randomUUID();

        store.append(StreamAppend.to("account", account, new Noted(text)));

        assertThat(payloads(account)).containsExactly(new Noted(text));
    }

    @Test
    void numbers_that_json_does_not_have_come_back() {
        UUID account = UUID.randomUUID();
        List<Measured> measured = List.of(
                new Measured(Double.NaN, Float.NaN),
                new Measured(Double.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY),
                new Measured(Double.MIN_VALUE, Float.MIN_VALUE),
                new Measured(Double.MAX_VALUE, Float.MAX_VALUE));

        store.append(StreamAppend.to("account", account, measured));

        assertThat(payloads(account)).containsExactlyElementsOf(measured);
    }

    @Test
    void a_payload_of_a_megabyte_comes_back() {
        UUID account = UUID.randomUUID();
        Noted noted = new Noted("äx".repeat(500_000));

        store.append(StreamAppend.to("account", account, noted));
        store.append(StreamAppend.to("account", account, noted, noted));

        assertThat(payloads(account)).containsExactly(noted, noted, noted);
    }

    @Test
    void a_deeply_nested_payload_comes_back_or_is_refused_but_never_half_stored() {
        UUID account = UUID.randomUUID();
        Nested shallow = new Nested(nested(300));
        store.append(StreamAppend.to("account", account, shallow));
        assertThat(payloads(account)).containsExactly(shallow);

        UUID other = UUID.randomUUID();
        assertThatThrownBy(() -> store.append(StreamAppend.to("account", other, new Nested(nested(20_000)))))
                .isInstanceOf(EventEncodingException.class)
                .hasMessageContaining(Nested.class.getName());
        assertThat(store.exists(other)).isFalse();
    }

    private List<Object> nested(int depth) {
        List<Object> tree = List.of(1);
        for (int i = 0; i < depth; i++) {
            tree = List.of(tree);
        }
        return tree;
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u0000b", "\ud800", "x\udc00y", "\ud83d", "\ud83dx"})
    void text_that_postgresql_cannot_hold_is_refused_by_class_and_place(String text) {
        UUID account = UUID.randomUUID();

        assertThatExceptionOfType(EventEncodingException.class)
                .isThrownBy(() -> store.append(StreamAppend.to("account", account, new Noted(text))))
                .satisfies(refusal -> assertThat(refusal.eventClass()).isEqualTo(Noted.class))
                .withMessageContaining(Noted.class.getName())
                .withMessageContaining("offset");
        assertThat(store.exists(account)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u0000b", "\ud800", "x\udc00y"})
    void metadata_that_postgresql_cannot_hold_are_refused_with_the_field(String text) {
        UUID account = UUID.randomUUID();

        assertThatThrownBy(() -> store.append(
                        deposits(account, 1).withMetadata(EventMetadata.none().withHeader("trace", text))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("trace");
        assertThatThrownBy(() -> store.append(
                        deposits(account, 1).withMetadata(EventMetadata.none().withActorId(text))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("actorId");
        assertThat(store.exists(account)).isFalse();
    }
}
