package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.store.AppendException.InvalidAppendException;
import io.eventsource.store.AppendException.StreamMismatchException;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Nameless;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What appending does, whatever the layout of the tables. */
abstract class AppendingContract extends EventStoreFixture {

    AppendingContract(TestDatabase database) {
        super(database);
    }

    @Test
    void the_first_event_of_a_stream_has_version_one() {
        UUID account = UUID.randomUUID();

        AppendResult result = store.append(deposits(account, 5));

        assertThat(result.aggregateId()).isEqualTo(account);
        assertThat(result.firstVersion()).isEqualTo(1);
        assertThat(result.lastVersion()).isEqualTo(1);
        assertThat(result.firstPosition()).isPositive().isEqualTo(result.lastPosition());
        assertThat(result.duplicate()).isFalse();
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

    @ParameterizedTest
    @ValueSource(longs = {7, Integer.MAX_VALUE, Long.MAX_VALUE - 1, Long.MAX_VALUE})
    void a_version_that_no_stream_has_is_a_conflict_whichever_way_it_goes(long version) {
        UUID account = UUID.randomUUID();
        UUID other = UUID.randomUUID();
        store.append(deposits(account, 1));
        StreamAppend one = deposits(account, 1).expecting(ExpectedVersion.exact(version));
        StreamAppend two = deposits(account, 1, 2).expecting(ExpectedVersion.exact(version));

        List<ThrowingCallable> ways = List.of(
                () -> store.append(one),
                () -> store.append(two),
                () -> store.append(List.of(one, deposits(other, 1))),
                () -> store.load(Stream.of(one, deposits(other, 1)), progress -> {}),
                () -> database.transaction().execute(status -> store.append(one)),
                () -> database.transaction().execute(status -> store.append(two)),
                () -> database.transaction().execute(status -> store.append(List.of(one, deposits(other, 1)))));
        for (ThrowingCallable way : ways) {
            assertThatExceptionOfType(VersionConflictException.class)
                    .isThrownBy(way)
                    .satisfies(conflict -> assertThat(conflict.actualVersion()).isEqualTo(1));
        }
        assertThat(store.exists(other)).isFalse();
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
                    .satisfies(conflict -> assertThat(conflict.actualVersion()).isZero())
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
                    .isThrownBy(() -> store.append(
                            StreamAppend.to("order", account, new Deposited(1)).expecting(expected)))
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

        assertThatExceptionOfType(InvalidDeclarationException.class)
                .isThrownBy(
                        () -> store.append(StreamAppend.to("account", account, new Deposited(1), new Nameless("x"))))
                .withMessageContaining(Nameless.class.getName())
                .withMessageContaining("@EventType");
        assertThat(store.exists(account)).isFalse();
    }
}
