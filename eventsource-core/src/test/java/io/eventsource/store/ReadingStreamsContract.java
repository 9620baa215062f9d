package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.event.EventDecodingException;
import io.eventsource.event.EventDecodingException.UnknownEventTypeException;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventType;
import io.eventsource.signal.LogSignal;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Noted;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What reading a stream gives, whatever the layout of the tables. */
abstract class ReadingStreamsContract extends EventStoreFixture {

    private final UUID account = UUID.randomUUID();

    ReadingStreamsContract(TestDatabase database) {
        super(database);
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
        assertThat(versions(StreamQuery.of(account).from(2).to(4).backward())).containsExactly(4L, 3L, 2L);
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
