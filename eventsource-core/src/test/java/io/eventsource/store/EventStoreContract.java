package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.event.EventDecodingException;
import io.eventsource.event.EventDecodingException.UnknownEventTypeException;
import io.eventsource.event.EventEncodingException;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventType;
import io.eventsource.event.InvalidEventTypeException;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.LogPage;
import io.eventsource.log.LogQuery;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.StreamAppend.NewEvent;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Measured;
import io.eventsource.testing.TestEvents.Nameless;
import io.eventsource.testing.TestEvents.Nested;
import io.eventsource.testing.TestEvents.Noted;
import io.eventsource.testing.TestEvents.Withdrawn;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;

/** What every event store does, whatever the layout of its tables. */
abstract class EventStoreContract {

    final TestDatabase database;
    final EventStore store;

    EventStoreContract(TestDatabase database) {
        this.database = database;
        this.store = database.store();
    }

    static StreamAppend deposits(UUID account, long... amounts) {
        return StreamAppend.to(
                "account",
                account,
                LongStream.of(amounts).mapToObj(Deposited::new).toList());
    }

    List<Object> payloads(UUID account) {
        return store.readStream(StreamQuery.of(account)).stream()
                .<Object>map(EventEnvelope::payload)
                .toList();
    }

    long countEvents() {
        return database.jdbc()
                .queryForList("SELECT count(*) FROM eventsource.events", Long.class)
                .get(0);
    }

    long lastDrawnPosition() {
        return database.jdbc()
                .queryForList("SELECT last_value FROM eventsource.events_position_seq", Long.class)
                .get(0);
    }

    EventEnvelope<Object> onlyEvent(UUID account) {
        List<EventEnvelope<Object>> events = store.readStream(StreamQuery.of(account));
        assertThat(events).hasSize(1);
        return events.get(0);
    }

    @org.junit.jupiter.api.Nested
    class Appending {

        @Test
        void the_first_event_of_a_stream_has_version_one() {
            UUID account = UUID.randomUUID();

            AppendResult result = store.append(deposits(account, 5));

            assertThat(result.aggregateId()).isEqualTo(account);
            assertThat(result.firstVersion()).isEqualTo(1);
            assertThat(result.lastVersion()).isEqualTo(1);
            assertThat(result.firstPosition()).isPositive().isEqualTo(result.lastPosition());
            assertThat(result.repeated()).isFalse();
            assertThat(payloads(account)).containsExactly(new Deposited(5));
        }

        @Test
        void several_events_get_consecutive_versions_and_rising_positions_in_the_order_given() {
            UUID account = UUID.randomUUID();
            store.append(deposits(account, 0));
            long[] amounts = LongStream.range(1, 501).toArray();

            AppendResult result = store.append(deposits(account, amounts).expecting(ExpectedVersion.exact(1)));

            assertThat(result.firstVersion()).isEqualTo(2);
            assertThat(result.lastVersion()).isEqualTo(501);
            assertThat(result.lastPosition() - result.firstPosition()).isEqualTo(499);
            List<EventEnvelope<Object>> events = store.readStream(StreamQuery.of(account));
            assertThat(events).extracting(EventEnvelope::payload).first().isEqualTo(new Deposited(0));
            for (int i = 1; i <= 500; i++) {
                EventEnvelope<Object> event = events.get(i);
                assertThat(event.version()).isEqualTo(i + 1);
                assertThat(event.position()).isEqualTo(result.firstPosition() + i - 1);
                assertThat(event.payload()).isEqualTo(new Deposited(i));
            }
        }

        @Test
        void each_expected_version_accepts_the_stream_it_demands() {
            UUID account = UUID.randomUUID();

            assertThat(store.append(deposits(account, 1).expecting(ExpectedVersion.noStream()))
                            .lastVersion())
                    .isEqualTo(1);
            assertThat(store.append(deposits(account, 1).expecting(ExpectedVersion.exact(1)))
                            .lastVersion())
                    .isEqualTo(2);
            assertThat(store.append(deposits(account, 1, 2).expecting(ExpectedVersion.any()))
                            .lastVersion())
                    .isEqualTo(4);
            assertThat(store.append(deposits(account, 1, 2).expecting(ExpectedVersion.streamExists()))
                            .lastVersion())
                    .isEqualTo(6);
            assertThat(store.append(deposits(account, 1).expecting(ExpectedVersion.exact(6)))
                            .lastVersion())
                    .isEqualTo(7);
            assertThat(store.currentVersion(account)).isEqualTo(7);
        }

        @ParameterizedTest
        @ValueSource(longs = {0, 1, 3, 100})
        void a_conflict_tells_the_expected_and_the_true_version_and_stores_nothing(long expected) {
            UUID account = UUID.randomUUID();
            store.append(deposits(account, 1, 2));
            long drawn = lastDrawnPosition();

            assertThatExceptionOfType(VersionConflictException.class)
                    .isThrownBy(() -> store.append(deposits(account, 3).expecting(ExpectedVersion.exact(expected))))
                    .satisfies(conflict -> {
                        assertThat(conflict.actualVersion()).isEqualTo(2);
                        assertThat(conflict.expected()).isEqualTo(ExpectedVersion.exact(expected));
                        assertThat(conflict.aggregateId()).isEqualTo(account);
                        assertThat(conflict.aggregateType()).isEqualTo("account");
                    })
                    .withMessageContaining(account.toString())
                    .withMessageContaining("version 2");
            assertThat(payloads(account)).hasSize(2);
            assertThat(lastDrawnPosition()).isEqualTo(drawn);
        }

        @Test
        void a_stream_that_does_not_exist_conflicts_at_version_zero() {
            UUID account = UUID.randomUUID();

            for (ExpectedVersion expected : List.of(ExpectedVersion.streamExists(), ExpectedVersion.exact(4))) {
                assertThatExceptionOfType(VersionConflictException.class)
                        .isThrownBy(() -> store.append(deposits(account, 3).expecting(expected)))
                        .satisfies(
                                conflict -> assertThat(conflict.actualVersion()).isZero())
                        .withMessageContaining("no stream");
            }
            assertThat(store.exists(account)).isFalse();
        }

        @Test
        void a_stream_of_another_type_is_refused_by_every_expected_version() {
            UUID account = UUID.randomUUID();
            store.append(deposits(account, 1));

            for (ExpectedVersion expected : List.of(
                    ExpectedVersion.any(),
                    ExpectedVersion.noStream(),
                    ExpectedVersion.streamExists(),
                    ExpectedVersion.exact(1))) {
                assertThatExceptionOfType(StreamMismatchException.class)
                        .isThrownBy(() -> store.append(StreamAppend.to("order", account, new Deposited(1))
                                .expecting(expected)))
                        .withMessageContaining("'account'")
                        .withMessageContaining("'order'");
            }
            assertThat(store.currentVersion(account)).isEqualTo(1);
        }

        @Test
        void a_stream_of_another_tenant_is_refused_without_naming_that_tenant() {
            UUID account = UUID.randomUUID();
            store.append(deposits(account, 1).withMetadata(EventMetadata.none().withTenantId("acme")));

            for (EventMetadata metadata :
                    List.of(EventMetadata.none(), EventMetadata.none().withTenantId("other"))) {
                assertThatExceptionOfType(StreamMismatchException.class)
                        .isThrownBy(() -> store.append(deposits(account, 2).withMetadata(metadata)))
                        .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("acme"));
            }
            assertThat(store.currentVersion(account)).isEqualTo(1);
        }

        @Test
        void an_append_without_events_is_refused() {
            UUID account = UUID.randomUUID();

            assertThatExceptionOfType(InvalidAppendException.class)
                    .isThrownBy(() -> store.append(StreamAppend.to("account", account, List.of())))
                    .withMessageContaining("at least one event");
        }

        @Test
        void an_append_of_too_many_events_is_refused_with_the_limit() {
            UUID account = UUID.randomUUID();

            assertThatExceptionOfType(InvalidAppendException.class)
                    .isThrownBy(() -> store.append(
                            StreamAppend.to("account", account, Collections.nCopies(50_001, new Deposited(1)))))
                    .withMessageContaining("50001")
                    .withMessageContaining("50000");
            assertThat(store.exists(account)).isFalse();
        }

        @Test
        void an_event_without_a_name_is_refused_before_anything_is_stored() {
            UUID account = UUID.randomUUID();

            assertThatExceptionOfType(InvalidEventTypeException.class)
                    .isThrownBy(() ->
                            store.append(StreamAppend.to("account", account, new Deposited(1), new Nameless("x"))))
                    .withMessageContaining(Nameless.class.getName())
                    .withMessageContaining("@EventType");
            assertThat(store.exists(account)).isFalse();
        }
    }

    @org.junit.jupiter.api.Nested
    class Repeating {

        private AppendResult appendTwice(StreamAppend append, UUID account) {
            StreamAppend named = append.withAppendId(UUID.randomUUID());
            AppendResult first = store.append(named);
            long events = countEvents();

            AppendResult second = store.append(named);
            assertThat(second)
                    .isEqualTo(new AppendResult(
                            account,
                            first.firstVersion(),
                            first.lastVersion(),
                            first.firstPosition(),
                            first.lastPosition(),
                            true));
            store.append(deposits(account, 77));
            AppendResult third = store.append(named);

            assertThat(third).isEqualTo(second);
            assertThat(countEvents()).isEqualTo(events + 1);
            return first;
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 3})
        void the_same_append_id_on_no_stream_gives_the_first_result_and_stores_nothing(int count) {
            UUID account = UUID.randomUUID();
            appendTwice(deposits(account, new long[count]).expecting(ExpectedVersion.noStream()), account);
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 3})
        void the_same_append_id_at_an_exact_version_gives_the_first_result_and_stores_nothing(int count) {
            UUID account = UUID.randomUUID();
            store.append(deposits(account, 1, 2));
            appendTwice(deposits(account, new long[count]).expecting(ExpectedVersion.exact(2)), account);
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 3})
        void the_same_append_id_at_any_version_gives_the_first_result_and_stores_nothing(int count) {
            UUID account = UUID.randomUUID();
            appendTwice(deposits(account, new long[count]), account);
            appendTwice(deposits(account, new long[count]), account);
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 3})
        void the_same_append_id_on_an_existing_stream_gives_the_first_result_and_stores_nothing(int count) {
            UUID account = UUID.randomUUID();
            store.append(deposits(account, 1, 2));
            appendTwice(deposits(account, new long[count]).expecting(ExpectedVersion.streamExists()), account);
        }

        @Test
        void sixteen_appends_at_any_version_are_remembered() {
            UUID account = UUID.randomUUID();
            StreamAppend first = deposits(account, 1).withAppendId(UUID.randomUUID());
            store.append(first);
            for (int i = 0; i < 15; i++) {
                store.append(deposits(account, 2));
            }
            assertThat(store.append(first).repeated()).isTrue();

            store.append(deposits(account, 2));
            assertThat(store.append(first).repeated()).isFalse();
        }

        @Test
        void another_append_id_at_the_same_exact_version_is_a_conflict() {
            UUID account = UUID.randomUUID();
            StreamAppend append = deposits(account, 1).expecting(ExpectedVersion.noStream());
            store.append(append.withAppendId(UUID.randomUUID()));

            assertThatExceptionOfType(VersionConflictException.class)
                    .isThrownBy(() -> store.append(append.withAppendId(UUID.randomUUID())));
        }
    }

    @org.junit.jupiter.api.Nested
    class Keeping {

        @Test
        void every_field_of_an_event_comes_back() {
            UUID account = UUID.randomUUID();
            UUID eventId = UUID.randomUUID();
            Instant happened = Instant.parse("2001-02-03T04:05:06.123456Z");
            EventMetadata metadata =
                    new EventMetadata("t", "ann", "corr", "cause", java.util.Map.of("a", "1", "ü", "\"x\"\\"));
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
            EventMetadata common = new EventMetadata("t", "ann", "c", null, java.util.Map.of());
            EventMetadata own = new EventMetadata("t", "bob", null, "{\"NULL\",'}", java.util.Map.of("k", "null"));

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

            assertThatThrownBy(() -> store.append(deposits(account, 1)
                            .withMetadata(EventMetadata.none().withHeader("trace", text))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("trace");
            assertThatThrownBy(() -> store.append(deposits(account, 1)
                            .withMetadata(EventMetadata.none().withActorId(text))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("actorId");
            assertThat(store.exists(account)).isFalse();
        }
    }

    @org.junit.jupiter.api.Nested
    class ReadingStreams {

        private final UUID account = UUID.randomUUID();

        ReadingStreams() {
            store.append(deposits(account, 1, 2, 3, 4, 5));
        }

        private List<Long> versions(StreamQuery query) {
            return store.readStream(query).stream().map(EventEnvelope::version).toList();
        }

        @Test
        void all_events_come_in_version_order() {
            assertThat(versions(StreamQuery.of(account))).containsExactly(1L, 2L, 3L, 4L, 5L);
        }

        @Test
        void backward_the_newest_comes_first() {
            assertThat(versions(StreamQuery.of(account).backward())).containsExactly(5L, 4L, 3L, 2L, 1L);
        }

        @Test
        void a_range_includes_both_ends() {
            assertThat(versions(StreamQuery.of(account).from(2).to(4))).containsExactly(2L, 3L, 4L);
            assertThat(versions(StreamQuery.of(account).from(2).to(4).backward()))
                    .containsExactly(4L, 3L, 2L);
            assertThat(versions(StreamQuery.of(account).from(6))).isEmpty();
            assertThat(versions(StreamQuery.of(account).from(4).to(2))).isEmpty();
        }

        @Test
        void the_limit_counts_from_where_the_direction_begins() {
            assertThat(versions(StreamQuery.of(account).limit(2))).containsExactly(1L, 2L);
            assertThat(versions(StreamQuery.of(account).limit(2).backward())).containsExactly(5L, 4L);
        }

        @Test
        void a_stream_that_does_not_exist_is_empty_and_at_version_zero() {
            UUID nobody = UUID.randomUUID();
            assertThat(store.readStream(StreamQuery.of(nobody))).isEmpty();
            assertThat(store.currentVersion(nobody)).isZero();
            assertThat(store.exists(nobody)).isFalse();
        }

        @Test
        void version_and_existence_are_those_of_the_last_event() {
            assertThat(store.currentVersion(account)).isEqualTo(5);
            assertThat(store.exists(account)).isTrue();
        }

        @Test
        void a_type_that_nobody_registered_is_named_with_stream_and_position() {
            long position = store.readStream(StreamQuery.of(account)).get(0).position();
            EventStore other = database.store(TestEvents.codec(EventRegistry.of(Noted.class)), new LogSignal());

            assertThatExceptionOfType(UnknownEventTypeException.class)
                    .isThrownBy(() -> other.readStream(StreamQuery.of(account)))
                    .satisfies(failure -> assertThat(failure.position()).isEqualTo(position))
                    .withMessageContaining("'deposited'")
                    .withMessageContaining(account.toString())
                    .withMessageContaining("position " + position)
                    .withMessageContaining("noted");
        }

        @EventType("deposited")
        record Unlike(List<String> amount) {}

        @Test
        void a_payload_that_does_not_fit_is_named_with_class_stream_and_position() {
            long position = store.readStream(StreamQuery.of(account)).get(1).position();
            EventStore other = database.store(TestEvents.codec(EventRegistry.of(Unlike.class)), new LogSignal());

            assertThatExceptionOfType(EventDecodingException.class)
                    .isThrownBy(() -> other.readStream(StreamQuery.of(account).from(2)))
                    .satisfies(failure -> {
                        assertThat(failure.position()).isEqualTo(position);
                        assertThat(failure.version()).isEqualTo(2);
                        assertThat(failure.aggregateId()).isEqualTo(account);
                        assertThat(failure.eventType()).isEqualTo("deposited");
                    })
                    .withMessageContaining(Unlike.class.getName())
                    .withMessageContaining(account.toString())
                    .withMessageContaining("position " + position);
        }
    }

    @org.junit.jupiter.api.Nested
    class ReadingTheLog {

        private final long start = store.readLog(LogQuery.after(0)).highWaterMark();

        private List<Long> positions(LogQuery query) {
            return store.readLog(query).events().stream()
                    .map(StoredEvent::position)
                    .toList();
        }

        @Test
        void events_come_by_position_over_all_streams() {
            AppendResult first = store.append(deposits(UUID.randomUUID(), 1));
            AppendResult second = store.append(deposits(UUID.randomUUID(), 1, 2));

            LogPage page = store.readLog(LogQuery.after(start));

            assertThat(page.events())
                    .extracting(StoredEvent::position)
                    .containsExactly(first.firstPosition(), second.firstPosition(), second.lastPosition());
            assertThat(page.nextPosition()).isEqualTo(second.lastPosition());
            assertThat(page.highWaterMark()).isEqualTo(second.lastPosition());
            assertThat(page.atHead()).isTrue();
            assertThat(store.decode(page.events().get(2)))
                    .singleElement()
                    .satisfies(event -> assertThat(event.payload()).isEqualTo(new Deposited(2)));
        }

        @Test
        void pages_follow_each_other_without_gap_or_overlap() {
            store.append(deposits(UUID.randomUUID(), 1, 2, 3, 4, 5, 6, 7));
            List<Long> seen = new ArrayList<>();
            LogPage page = store.readLog(LogQuery.after(start).limit(3));
            while (!page.events().isEmpty()) {
                page.events().forEach(event -> seen.add(event.position()));
                page = store.readLog(LogQuery.after(page.nextPosition()).limit(3));
            }
            assertThat(seen).containsExactlyElementsOf(positions(LogQuery.after(start)));
            assertThat(seen).hasSize(7);
            assertThat(page.atHead()).isTrue();
        }

        @Test
        void filters_by_type_aggregate_type_and_tenant_apply_together_and_the_page_goes_on_behind_what_they_hide() {
            String tenant = UUID.randomUUID().toString();
            EventMetadata metadata = EventMetadata.none().withTenantId(tenant);
            AppendResult wanted = store.append(StreamAppend.to("account", UUID.randomUUID(), new Withdrawn(1))
                    .withMetadata(metadata));
            store.append(StreamAppend.to("order", UUID.randomUUID(), new Withdrawn(1))
                    .withMetadata(metadata));
            store.append(StreamAppend.to("account", UUID.randomUUID(), new Noted("x"))
                    .withMetadata(metadata));
            long last = store.append(StreamAppend.to("account", UUID.randomUUID(), new Withdrawn(1)))
                    .lastPosition();
            LogQuery all = LogQuery.after(start);

            assertThat(positions(all.tenantId(tenant))).hasSize(3);
            assertThat(positions(all.aggregateTypes(Set.of("order", "nothing"))))
                    .hasSize(1);
            assertThat(positions(all.eventTypes(Set.of("noted")))).hasSize(1);
            assertThat(positions(all.eventTypes(Set.of("noted", "withdrawn")))).hasSize(4);

            LogPage page = store.readLog(
                    all.tenantId(tenant).aggregateTypes(Set.of("account")).eventTypes(Set.of("withdrawn")));
            assertThat(page.events()).extracting(StoredEvent::position).containsExactly(wanted.firstPosition());
            assertThat(page.nextPosition()).isEqualTo(last);
        }

        @Test
        void a_full_page_goes_on_behind_its_last_event() {
            AppendResult result = store.append(deposits(UUID.randomUUID(), 1, 2, 3));

            LogPage page = store.readLog(LogQuery.after(start).limit(2));

            assertThat(page.nextPosition()).isEqualTo(result.firstPosition() + 1);
            assertThat(page.atHead()).isFalse();
        }

        @Test
        void the_end_of_the_log_is_an_empty_page_that_stays_where_it_is() {
            LogPage page = store.readLog(LogQuery.after(start));
            assertThat(page).isEqualTo(new LogPage(List.of(), start, start));
        }

        @Test
        void a_type_that_nobody_registered_is_read_undecoded() {
            store.append(deposits(UUID.randomUUID(), 1));
            EventStore other = database.store(TestEvents.codec(EventRegistry.of(Noted.class)), new LogSignal());

            LogPage page = other.readLog(LogQuery.after(start));

            assertThat(page.events()).extracting(StoredEvent::payload).containsExactly("{\"amount\": 1}");
            assertThatExceptionOfType(UnknownEventTypeException.class)
                    .isThrownBy(() -> other.decode(page.events().get(0)));
        }

        @Test
        void events_of_the_surrounding_transaction_are_not_in_the_log_yet_but_in_their_stream() {
            UUID account = UUID.randomUUID();
            database.transaction().executeWithoutResult(status -> {
                store.append(deposits(account, 1));
                assertThat(payloads(account)).containsExactly(new Deposited(1));
                assertThat(store.currentVersion(account)).isEqualTo(1);
                assertThat(store.readLog(LogQuery.after(start)).events()).isEmpty();
                status.setRollbackOnly();
            });
            assertThat(store.exists(account)).isFalse();
            assertThat(store.readLog(LogQuery.after(start)).events()).isEmpty();
        }
    }

    @org.junit.jupiter.api.Nested
    class History {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "UPDATE eventsource.events SET event_type = 'x' WHERE version = 1",
                    "DELETE FROM eventsource.events WHERE version = 1",
                    "TRUNCATE eventsource.events",
                    "TRUNCATE eventsource.events CASCADE"
                })
        void is_never_changed_or_removed(String statement) {
            store.append(deposits(UUID.randomUUID(), 1));
            long events = countEvents();

            assertThatExceptionOfType(DataAccessException.class)
                    .isThrownBy(() -> database.jdbc().execute(statement))
                    .withMessageContaining("refused");
            assertThat(countEvents()).isEqualTo(events);
        }
    }
}
