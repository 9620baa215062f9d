package io.eventsource.store;

import static io.eventsource.store.EventStoreFixture.deposits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.event.EventEnvelope;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.LogQuery;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Reads of the past: as of a version, a position or a time, by id, and of what does not fit into memory. */
@OnEachPostgres
class ReadingBackIT {

    private final TestDatabase database;
    private final EventStore store;
    private final UUID account = UUID.randomUUID();

    ReadingBackIT(TestDatabase database) {
        this.database = database;
        store = database.store();
    }

    private List<Long> versions(StreamQuery query) {
        return store.readStream(query).stream().map(EventEnvelope::version).toList();
    }

    @Test
    void a_stream_is_read_as_of_a_version_a_position_and_a_time() {
        store.append(deposits(account, 1, 2));
        AppendResult second = store.append(deposits(account, 3));
        store.append(deposits(account, 4));
        EventEnvelope<Object> third = store.readStream(StreamQuery.of(account)).get(2);

        assertThat(versions(StreamQuery.of(account).to(2))).containsExactly(1L, 2L);
        assertThat(versions(StreamQuery.of(account).asOfPosition(second.lastPosition())))
                .containsExactly(1L, 2L, 3L);
        assertThat(versions(StreamQuery.of(account).asOfTime(third.createdAt())))
                .containsExactly(1L, 2L, 3L);
        assertThat(versions(StreamQuery.of(account).asOfTime(third.createdAt().minusNanos(1_000))))
                .containsExactly(1L, 2L);
    }

    @Test
    void an_event_is_found_by_its_id_through_the_block_range_index() {
        store.append(deposits(account, 1, 2, 3));
        EventEnvelope<Object> second = store.readStream(StreamQuery.of(account)).get(1);

        assertThat(store.findEvent(second.eventId())).containsExactly(second);
        assertThat(store.findEvent(UUID.randomUUID())).isEmpty();
        List<String> plan = Objects.requireNonNull(database.transaction().execute(status -> {
            database.jdbc().execute("SET LOCAL enable_seqscan = off");
            return database.jdbc()
                    .queryForList(
                            "EXPLAIN SELECT * FROM eventsource.events WHERE event_id = '" + second.eventId() + "'",
                            String.class);
        }));
        assertThat(plan).anyMatch(line -> line.contains("events_arrival_idx"));
    }

    @Test
    void the_log_is_read_by_time_of_insertion() {
        AppendResult first = store.append(deposits(account, 1));
        store.append(deposits(account, 2));
        store.append(deposits(account, 3));
        List<EventEnvelope<Object>> events = store.readStream(StreamQuery.of(account));
        LogQuery query = LogQuery.after(first.firstPosition() - 1);

        assertThat(store.readLog(query.between(events.get(1).createdAt(), null)).events())
                .extracting(StoredEvent::version)
                .startsWith(2L, 3L);
        assertThat(store.readLog(query.between(null, events.get(1).createdAt())).events())
                .extracting(StoredEvent::version)
                .containsExactly(1L);
        assertThat(store.readLog(query.between(
                                events.get(1).createdAt(), events.get(2).createdAt()))
                        .events())
                .extracting(StoredEvent::version)
                .containsExactly(2L);
    }

    @Test
    void a_long_stream_is_read_page_by_page() {
        store.append(deposits(account, LongStream.range(0, 2_500).toArray()));

        assertThat(store.streamEvents(StreamQuery.of(account)).map(EventEnvelope::version))
                .isEqualTo(LongStream.rangeClosed(1, 2_500).boxed().toList());
        assertThat(store.streamEvents(StreamQuery.of(account).from(10).to(1_500).limit(1_200))
                        .map(EventEnvelope::version))
                .isEqualTo(LongStream.range(10, 1_210).boxed().toList());
        assertThat(store.streamEvents(StreamQuery.of(account).to(2_000)).count())
                .isEqualTo(2_000);
        assertThat(store.streamEvents(StreamQuery.of(UUID.randomUUID()))).isEmpty();
        assertThatThrownBy(() -> store.streamEvents(StreamQuery.of(account).backward()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_log_is_read_page_by_page_up_to_the_mark_of_the_beginning() {
        AppendResult begin =
                store.append(deposits(account, LongStream.range(0, 777).toArray()));
        LogQuery query = LogQuery.after(begin.firstPosition() - 1).limit(100);
        Iterator<StoredEvent> events = store.streamLog(query).iterator();
        assertThat(events.next().version()).isEqualTo(1);
        store.append(deposits(account, 1));

        assertThat(events).toIterable().hasSize(776);
        assertThat(store.streamLog(query.eventTypes(java.util.Set.of("noted")))).isEmpty();
        assertThat(store.streamLog(query.behind(store.highWaterMark()))).isEmpty();
    }

    @Test
    void ten_thousand_events_are_one_append() {
        AppendResult result =
                store.append(deposits(account, LongStream.range(0, 10_000).toArray()));

        assertThat(result.lastVersion()).isEqualTo(10_000);
        assertThat(result.lastPosition() - result.firstPosition()).isEqualTo(9_999);
        assertThat(store.readStream(StreamQuery.of(account))).hasSize(10_000);
    }
}
