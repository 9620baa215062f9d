package io.eventsource.store;

import static io.eventsource.store.EventStoreFixture.deposits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.LogQuery;
import io.eventsource.store.EventStore.LoadProgress;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Noted;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Loading any number of events by COPY. */
@OnEachPostgres
class BulkLoadIT {

    private final EventStore store;

    BulkLoadIT(TestDatabase database) {
        store = database.store();
    }

    private static StreamAppend exact(UUID id, int version) {
        return deposits(id, version).expecting(ExpectedVersion.exact(version));
    }

    @Test
    void interleaved_streams_arrive_in_version_order_with_rising_positions_and_progress() {
        List<UUID> streams =
                IntStream.range(0, 50).mapToObj(i -> UUID.randomUUID()).toList();
        List<LoadProgress> progress = new ArrayList<>();

        LoadProgress done =
                store.load(IntStream.range(0, 12_000).mapToObj(i -> exact(streams.get(i % 50), i / 50)), progress::add);

        assertThat(done.events()).isEqualTo(12_000);
        assertThat(done.appends()).isEqualTo(12_000);
        assertThat(done.eventsPerSecond()).isPositive();
        assertThat(progress).hasSizeGreaterThan(1).last().isEqualTo(done);
        assertThat(progress).extracting(LoadProgress::events).isSorted();
        for (UUID stream : streams) {
            List<EventEnvelope<Object>> events = store.readStream(StreamQuery.of(stream));
            assertThat(events)
                    .extracting(EventEnvelope::version)
                    .isEqualTo(LongStream.rangeClosed(1, 240).boxed().toList());
            assertThat(events).extracting(EventEnvelope::position).isSorted();
            assertThat(store.currentVersion(stream)).isEqualTo(240);
        }
    }

    @Test
    void metadata_and_awkward_text_come_back_unchanged() {
        UUID id = UUID.randomUUID();
        String text = "tab\t newline\n return\r backslash\\ \\N \\. \"quoted\" \uD83D\uDE00 ünï";
        EventMetadata metadata =
                EventMetadata.of(field -> field.column() + "\\\tx\n", java.util.Map.of("a\\b", "c\td"));

        store.load(Stream.of(StreamAppend.to("note", id, new Noted(text)).withMetadata(metadata)), done -> {});

        EventEnvelope<Object> event = store.readStream(StreamQuery.of(id)).get(0);
        assertThat(event.payload()).isEqualTo(new Noted(text));
        assertThat(event.metadata()).isEqualTo(metadata);
    }

    @Test
    void loading_the_same_again_loads_nothing_twice_wherever_the_first_load_ended() {
        UUID id = UUID.randomUUID();
        List<StreamAppend> appends = IntStream.range(0, 30)
                .mapToObj(i -> exact(id, i).withAppendId(UUID.randomUUID()))
                .toList();
        store.load(appends.stream().limit(11), done -> {});

        store.load(appends.stream(), done -> {});
        store.load(appends.stream(), done -> {});

        assertThat(store.readStream(StreamQuery.of(id)))
                .extracting(EventEnvelope::version)
                .isEqualTo(LongStream.rangeClosed(1, 30).boxed().toList());
    }

    @Test
    void appends_without_an_exact_version_can_be_loaded_again_by_their_ids() {
        UUID id = UUID.randomUUID();
        List<StreamAppend> appends = IntStream.range(0, 10)
                .mapToObj(i -> deposits(id, i).withAppendId(UUID.randomUUID()))
                .toList();
        store.load(appends.stream().limit(4), done -> {});

        store.load(appends.stream(), done -> {});

        assertThat(store.currentVersion(id)).isEqualTo(10);
    }

    @Test
    void a_refusal_names_its_stream_and_keeps_what_was_loaded_before_its_transaction() {
        UUID good = UUID.randomUUID();
        UUID taken = UUID.randomUUID();
        store.append(deposits(taken, 1));
        Stream<StreamAppend> appends = Stream.concat(
                IntStream.range(0, 6_000).mapToObj(i -> exact(good, i)),
                Stream.of(deposits(taken, 2).expecting(ExpectedVersion.noStream())));

        assertThatThrownBy(() -> store.load(appends, done -> {}))
                .isInstanceOfSatisfying(VersionConflictException.class, conflict -> assertThat(conflict.aggregateId())
                        .isEqualTo(taken));

        assertThat(store.currentVersion(good)).isEqualTo(5_000);
        assertThat(store.currentVersion(taken)).isEqualTo(1);
    }

    @Test
    void a_load_is_read_by_the_log_in_order() {
        long before = store.highWaterMark();
        UUID id = UUID.randomUUID();
        store.load(IntStream.range(0, 7_000).mapToObj(i -> exact(id, i)), done -> {});

        List<StoredEvent> read =
                store.streamLog(LogQuery.after(before).limit(500)).toList();

        assertThat(read)
                .extracting(StoredEvent::version)
                .isEqualTo(LongStream.rangeClosed(1, 7_000).boxed().toList());
    }
}
