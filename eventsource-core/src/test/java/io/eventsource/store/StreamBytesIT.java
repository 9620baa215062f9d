package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.log.HighWaterMark;
import io.eventsource.log.PageBytes;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.EventStore.StreamSlice;
import io.eventsource.testing.CountingDataSource;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Noted;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** How many bytes of a stream are in memory at once. */
@OnEachPostgres
class StreamBytesIT {

    private static final int KIB = 1024;
    private static final long PAGE = 64 * KIB;

    private final TestDatabase database;
    private final CountingDataSource counting;
    private final EventStore store;
    private final UUID account = UUID.randomUUID();

    StreamBytesIT(TestDatabase database) {
        this.database = database;
        this.counting = new CountingDataSource(database.dataSource());
        this.store = TestDatabase.store(
                counting,
                TestEvents.codec(),
                HighWaterMark.of(counting, TestDatabase.SCHEMA, Clock.systemUTC()),
                new LogSignal());
    }

    private void note(String... texts) {
        store.append(StreamAppend.to(
                "account", account, Arrays.stream(texts).map(Noted::new).toList()));
    }

    private static String random(int length) {
        StringBuilder text = new StringBuilder(length);
        new Random(1).ints(length, 'a', 'z').forEach(letter -> text.append((char) letter));
        return text.toString();
    }

    private static List<Long> versions(StreamSlice slice) {
        return slice.events().stream().map(EventEnvelope::version).toList();
    }

    @Test
    void a_slice_ends_before_the_first_event_that_does_not_fit() {
        note(random(10), random(20 * KIB), "x".repeat(40 * KIB), random(30 * KIB), random(10));
        StreamQuery query = StreamQuery.of(account).maxBytes(PAGE);

        StreamSlice first = store.readStreamSlice(query);
        StreamSlice second = store.readStreamSlice(query.from(4));

        assertThat(versions(first)).containsExactly(1L, 2L, 3L);
        assertThat(first.truncated()).isTrue();
        assertThat(first.highestVersion()).isEqualTo(3);
        assertThat(versions(second)).containsExactly(4L, 5L);
        assertThat(second.truncated()).isFalse();
        assertThat(second.events().get(0).payload()).isEqualTo(new Noted(random(30 * KIB)));
    }

    @Test
    void newest_first_it_begins_with_the_newest() {
        note(random(10), random(20 * KIB), random(40 * KIB), random(30 * KIB));

        StreamSlice slice = store.readStreamSlice(
                StreamQuery.of(account).backward().limit(3).maxBytes(PAGE));

        assertThat(versions(slice)).containsExactly(4L);
        assertThat(slice.truncated()).isTrue();
        assertThat(slice.lowestVersion()).isEqualTo(4);
    }

    @Test
    void an_event_larger_than_the_bound_is_read_alone() {
        note(random(200 * KIB), random(10), random(200 * KIB));

        List<StreamSlice> slices = new ArrayList<>();
        for (long version = 1; version <= 3; version++) {
            slices.add(
                    store.readStreamSlice(StreamQuery.of(account).from(version).maxBytes(PAGE)));
        }

        assertThat(slices).extracting(StreamBytesIT::versions).containsExactly(List.of(1L), List.of(2L), List.of(3L));
    }

    @Test
    void headers_count_like_payloads() {
        for (int i = 0; i < 3; i++) {
            store.append(StreamAppend.to("account", account, new Noted("a"))
                    .withMetadata(EventMetadata.none().withHeader("baggage", random(40 * KIB))));
        }

        StreamSlice slice = store.readStreamSlice(StreamQuery.of(account).maxBytes(PAGE));

        assertThat(versions(slice)).containsExactly(1L);
        assertThat(slice.events().get(0).metadata().headers()).containsEntry("baggage", random(40 * KIB));
    }

    @Test
    void ordinary_events_cost_one_statement() {
        note(random(10), random(200), random(20));
        int before = counting.statements();

        StreamSlice slice =
                store.readStreamSlice(StreamQuery.of(account).limit(100).maxBytes(PAGE));

        assertThat(versions(slice)).containsExactly(1L, 2L, 3L);
        assertThat(counting.statements() - before).isEqualTo(1);
    }

    @Test
    void with_a_bound_by_bytes_a_slice_has_at_most_a_thousand_events() {
        note(LongStream.range(0, 1_100).mapToObj(Long::toString).toArray(String[]::new));

        StreamSlice slice = store.readStreamSlice(StreamQuery.of(account).maxBytes(PageBytes.byHeap()));

        assertThat(slice.storedEvents()).isEqualTo(1_000);
        assertThat(slice.truncated()).isTrue();
    }

    @Test
    void what_is_not_inserted_yet_follows_what_is_and_counts() {
        note(random(10), random(40 * KIB));
        StreamQuery query = StreamQuery.of(account).maxBytes(PAGE);
        database.transaction().executeWithoutResult(status -> {
            EventStore joining = database.store();
            joining.append(StreamAppend.to("account", account, new Noted("a"), new Noted(random(40 * KIB))));

            assertThat(versions(joining.readStreamSlice(query))).containsExactly(1L, 2L, 3L);
            assertThat(joining.readStreamSlice(query).truncated()).isTrue();
            assertThat(versions(joining.readStreamSlice(query.from(4)))).containsExactly(4L);
            assertThat(versions(joining.readStreamSlice(query.maxBytes(KIB)))).containsExactly(1L);
            assertThat(versions(joining.readStreamSlice(query.backward()))).containsExactly(4L, 3L);
            status.setRollbackOnly();
        });
    }

    @Test
    void a_stream_of_large_events_is_read_in_pages_that_fit() {
        int third = (int) PageBytes.byHeap() / 3;
        for (int i = 0; i < 4; i++) {
            note("x".repeat(third));
        }
        List<Integer> sizes = new ArrayList<>();

        List<Long> versions = Pages.ofStream(StreamQuery.of(account), query -> {
                    StreamSlice slice = store.readStreamSlice(query);
                    sizes.add(slice.storedEvents());
                    return slice;
                })
                .map(EventEnvelope::version)
                .toList();

        assertThat(versions).containsExactly(1L, 2L, 3L, 4L);
        assertThat(sizes).containsExactly(2, 2);
    }

    @Test
    void an_event_must_be_allowed_a_byte() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamQuery.of(account).maxBytes(0))
                .withMessageContaining("maxBytes");
    }
}
