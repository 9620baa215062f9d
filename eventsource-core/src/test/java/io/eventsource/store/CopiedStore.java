package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.event.StoredEvent;
import io.eventsource.log.HighWaterMark;
import io.eventsource.log.LogQuery;
import io.eventsource.projection.EventHandlers;
import io.eventsource.signal.LogSignal;
import io.eventsource.subscription.InstanceSettings;
import io.eventsource.subscription.SubscriptionDefinition;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionSettings;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.springframework.jdbc.core.JdbcTemplate;

/** A store with history, and what must hold for a copy of it on another cluster. */
final class CopiedStore {

    private static final String PROJECTION = "copied";

    private final TestDatabase original;
    private final UUID account = UUID.randomUUID();
    private List<StoredEvent> history = List.of();

    /** Writes history on a cluster whose transaction ids are far ahead of a fresh one's. */
    CopiedStore(TestDatabase original) {
        this.original = original;
        JdbcTemplate jdbc = original.jdbc();
        for (int i = 0; i < 3_000; i++) {
            jdbc.queryForList("SELECT txid_current()");
        }
        EventStore store = original.store();
        store.append(deposits(1, 60));
        handleAll(original, 60);
        store.append(deposits(61, 100));
        // a gap, as a rolled-back transaction leaves it
        original.transaction().executeWithoutResult(status -> {
            jdbc.queryForList("SELECT nextval('eventsource.events_position_seq')");
            status.setRollbackOnly();
        });
        store.append(deposits(101, 120));
        history = store.streamLog(LogQuery.after(0)).toList();
    }

    private StreamAppend deposits(long from, long to) {
        return StreamAppend.to(
                "account",
                account,
                LongStream.rangeClosed(from, to).mapToObj(Deposited::new).toList());
    }

    private static List<Object> handleAll(TestDatabase database, int count) {
        Queue<Object> handled = new ConcurrentLinkedQueue<>();
        LogSignal signal = new LogSignal();
        SubscriptionManager manager = SubscriptionManager.builder(
                        TestDatabase.events(database.dataSource()),
                        HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC()),
                        signal)
                .settings(InstanceSettings.defaults().withPollInterval(Duration.ofMillis(100)))
                .threads(Executors.defaultThreadFactory())
                .build(List.of(new SubscriptionDefinition(
                        new Handlers(handled),
                        SubscriptionSettings.builder().batchSize(10).build(),
                        database.transactionManager())));
        manager.start();
        try {
            await().until(() -> handled.size() >= count);
        } finally {
            manager.stop(Duration.ofSeconds(10));
        }
        return List.copyOf(handled);
    }

    private record Handlers(Queue<Object> handled) implements EventHandlers {

        @Override
        public String name() {
            return PROJECTION;
        }

        @Override
        public Set<String> eventTypes() {
            return Set.of("deposited");
        }

        @Override
        public void handle(io.eventsource.event.EventEnvelope<Object> event) {
            handled.add(event.payload());
        }
    }

    /** Everything is read, subscriptions go on where they were, and appends continue. */
    void assertAlive(TestDatabase copy) {
        long originalXid = xid(original);
        assertThat(xid(copy)).as("transaction ids of the copy are younger").isLessThan(originalXid);
        EventStore store = copy.store();
        assertThat(store.streamLog(LogQuery.after(0)).toList()).isEqualTo(history);
        assertThat(handleAll(copy, 60))
                .isEqualTo(
                        LongStream.rangeClosed(61, 120).mapToObj(Deposited::new).toList());

        AppendResult next = store.append(deposits(121, 121).expecting(ExpectedVersion.exact(120)));

        assertThat(next.lastPosition())
                .isGreaterThan(history.get(history.size() - 1).position());
        assertThat(handleAll(copy, 1)).containsExactly(new Deposited(121));
        assertThat(store.highWaterMark()).isEqualTo(next.lastPosition());
    }

    private static long xid(TestDatabase database) {
        return database.jdbc().queryForList("SELECT txid_current()", Long.class).get(0);
    }
}
