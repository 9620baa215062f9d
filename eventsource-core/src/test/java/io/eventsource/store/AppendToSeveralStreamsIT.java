package io.eventsource.store;

import static io.eventsource.store.EventStoreContract.deposits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.event.EventEnvelope;
import io.eventsource.store.AppendException.InvalidAppendException;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.Threads;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** Appends to several streams at once: all or nothing, in a fixed order of locks. */
@OnEachPostgres
class AppendToSeveralStreamsIT {

    private final TestDatabase database;
    private final EventStore store;
    private final JdbcTemplate jdbc;
    private final UUID a = UUID.randomUUID();
    private final UUID b = UUID.randomUUID();
    private final UUID c = UUID.randomUUID();

    AppendToSeveralStreamsIT(TestDatabase database) {
        this.database = database;
        store = database.store();
        jdbc = database.jdbc();
    }

    private static StreamAppend fresh(UUID id) {
        return deposits(id, 1, 2).expecting(ExpectedVersion.noStream());
    }

    @Test
    void results_come_in_the_order_of_the_appends() {
        List<AppendResult> results = store.append(List.of(fresh(c), deposits(a, 1), fresh(b)));

        assertThat(results).extracting(AppendResult::aggregateId).containsExactly(c, a, b);
        assertThat(results).extracting(AppendResult::lastVersion).containsExactly(2L, 1L, 2L);
        assertThat(results).allSatisfy(result -> assertThat(result.firstPosition())
                .isEqualTo(store.readStream(StreamQuery.of(result.aggregateId()))
                        .get(0)
                        .position()));
    }

    @Test
    void thousands_of_streams_fit_into_one_append() {
        List<StreamAppend> appends = IntStream.range(0, 5_000)
                .mapToObj(i -> deposits(UUID.randomUUID(), i, i + 1).expecting(ExpectedVersion.noStream()))
                .toList();

        List<AppendResult> results = store.append(appends);

        assertThat(results).extracting(AppendResult::lastVersion).containsOnly(2L);
        assertThat(results).extracting(AppendResult::firstPosition).isSorted().doesNotHaveDuplicates();
        assertThat(store.readStream(StreamQuery.of(results.get(4_999).aggregateId())))
                .extracting(EventEnvelope::payload)
                .containsExactly(new Deposited(4_999), new Deposited(5_000));
    }

    @Test
    void one_refusal_undoes_all_and_names_its_stream() {
        store.append(deposits(b, 1));

        assertThatThrownBy(() -> store.append(List.of(fresh(a), fresh(b), fresh(c))))
                .isInstanceOfSatisfying(VersionConflictException.class, conflict -> {
                    assertThat(conflict.aggregateId()).isEqualTo(b);
                    assertThat(conflict.actualVersion()).isEqualTo(1);
                });

        assertThat(Stream.of(a, b, c).map(store::currentVersion)).containsExactly(0L, 1L, 0L);
    }

    @Test
    void a_refusal_leaves_the_surrounding_transaction_whole() {
        store.append(deposits(b, 1));
        database.transaction().executeWithoutResult(status -> {
            assertThatThrownBy(() -> store.append(List.of(fresh(a), fresh(b))))
                    .isInstanceOf(VersionConflictException.class);
            store.append(List.of(fresh(c), deposits(b, 5).expecting(ExpectedVersion.exact(1))));
        });
        assertThat(Stream.of(a, b, c).map(store::currentVersion)).containsExactly(0L, 2L, 2L);
    }

    @Test
    void the_same_stream_twice_is_refused() {
        assertThatThrownBy(() -> store.append(List.of(fresh(a), deposits(a, 1))))
                .isInstanceOf(InvalidAppendException.class)
                .hasMessageContaining("twice");
    }

    @Test
    void repeating_with_the_same_ids_gives_the_first_results() {
        List<StreamAppend> appends =
                List.of(fresh(a).withAppendId(UUID.randomUUID()), deposits(b, 1).withAppendId(UUID.randomUUID()));
        List<AppendResult> first = store.append(appends);
        store.append(deposits(b, 7));

        List<AppendResult> again = store.append(appends);

        assertThat(again).allMatch(AppendResult::duplicate);
        assertThat(again)
                .extracting(AppendResult::lastPosition)
                .isEqualTo(first.stream().map(AppendResult::lastPosition).toList());
        assertThat(Stream.of(a, b).map(store::currentVersion)).containsExactly(2L, 2L);
    }

    @Test
    void mixing_a_duplicate_with_something_new_is_refused_whole() {
        StreamAppend done = fresh(a).withAppendId(UUID.randomUUID());
        store.append(done);

        assertThatThrownBy(() -> store.append(List.of(done, fresh(b))))
                .isInstanceOf(InvalidAppendException.class)
                .hasMessageContaining("retried as a whole");

        assertThat(store.exists(b)).isFalse();
    }

    @Test
    void appends_to_the_same_streams_in_opposite_orders_never_deadlock() {
        List<UUID> streams =
                IntStream.range(0, 6).mapToObj(i -> UUID.randomUUID()).toList();
        List<Callable<Integer>> writers = Collections.nCopies(8, () -> {
            int done = 0;
            for (int round = 0; round < 40; round++) {
                long amount = round;
                List<UUID> shuffled = new ArrayList<>(streams);
                Collections.shuffle(shuffled, ThreadLocalRandom.current());
                done += store.append(shuffled.subList(0, 4).stream()
                                .map(id -> deposits(id, amount))
                                .toList())
                        .size();
            }
            return done;
        });

        int done = Threads.race(writers).stream().mapToInt(Integer::intValue).sum();

        assertThat(streams.stream().mapToLong(store::currentVersion).sum()).isEqualTo(done);
    }

    @Test
    void positions_agree_with_versions_under_a_forced_hash_join() {
        List<UUID> streams = List.of(a, b, c, UUID.randomUUID());
        long[] amounts = LongStream.range(0, 500).toArray();
        database.transaction().executeWithoutResult(status -> {
            jdbc.execute("SET LOCAL enable_nestloop = off");
            jdbc.execute("SET LOCAL enable_mergejoin = off");
            jdbc.execute("SET LOCAL plan_cache_mode = force_custom_plan");
            store.append(streams.stream().map(id -> deposits(id, amounts)).toList());
        });
        for (UUID stream : streams) {
            List<EventEnvelope<Object>> events = store.readStream(StreamQuery.of(stream));
            assertThat(events).hasSize(500);
            assertThat(events).extracting(EventEnvelope::position).isSorted();
        }
    }
}
