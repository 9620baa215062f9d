package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.Seeds;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * One event in a hundred cannot be handled: those and the ones behind them are parked, all others are handled, and a replay after the
 * handler was mended leaves what a rebuild leaves. The system property {@code eventsource.test.poison-events} says among how many.
 */
class PoisonIT extends ParkingSubscriptionFixture {

    private static final int EVENTS = Integer.getInteger("eventsource.test.poison-events", 20_000);
    private static final int ACCOUNTS = 1_000;
    private static final int AT_ONCE = 5;
    private static final int ONE_IN = 100;

    private final Random random = new Random(Seeds.next(PoisonIT.class));

    /** A row of the read model. */
    private record Row(long position, UUID stream, long version) {}

    PoisonIT() {
        super(TestDatabase.migrated(18));
    }

    @AfterEach
    void close() {
        managers.forEach(each -> assertThat(each.stop(STOP_WITHIN)).isTrue());
        database.close();
    }

    private static ConditionFactory patiently() {
        return eventually().atMost(Duration.ofMinutes(5));
    }

    @Test
    void exactly_what_is_poisoned_and_what_is_behind_it_is_parked_and_a_replay_leaves_what_a_rebuild_leaves() {
        List<UUID> accounts = Stream.generate(UUID::randomUUID).limit(ACCOUNTS).toList();
        Set<Long> poison = new HashSet<>();
        Set<Long> expected = new TreeSet<>();
        Set<UUID> parked = new HashSet<>();
        for (int i = 0; i < EVENTS; i += AT_ONCE) {
            UUID account = accounts.get(random.nextInt(ACCOUNTS));
            long last = store.append(StreamAppend.to("account", account, Collections.nCopies(AT_ONCE, new Deposited(1)))
                            .expecting(ExpectedVersion.any()))
                    .lastPosition();
            for (long position = last - AT_ONCE + 1; position <= last; position++) {
                if (random.nextInt(ONE_IN) == 0) {
                    poison.add(position);
                    parked.add(account);
                }
                if (parked.contains(account)) {
                    expected.add(position);
                }
            }
        }
        handlers.poisonedAt(poison);
        jdbc.execute("CREATE INDEX ON effects (projection, position)");
        SubscriptionManager manager = manager(new Tuning(quick(100), SHORT), handlers);

        manager.start();
        patiently().until(() -> statusOf(manager, name).position() >= EVENTS);
        patiently().until(() -> statusOf(manager, name).state() == SubscriptionStatus.State.LIVE);

        assertThat(effects.openPositions()).isEqualTo(new ArrayList<>(expected));
        assertThat(effects.violations()).isEmpty();
        assertThat(effects.count()).isEqualTo(EVENTS - expected.size());
        assertThat(manager.errors().statistics().total().deadLetters()).isEqualTo(expected.size());

        handlers.mend();
        assertThat(replay().replay(own, MANY).resolved()).isEqualTo(expected.size());

        assertThat(effects.violations()).isEmpty();
        assertThat(effects.open()).isZero();
        List<Row> replayed = readModel();
        manager.rebuild(name);
        patiently().until(() -> manager.rebuildProgress(name).isEmpty());
        patiently().until(() -> effects.count() == EVENTS);
        assertThat(replayed).hasSize(EVENTS).isEqualTo(readModel());
    }

    private List<Row> readModel() {
        return jdbc.query(
                "SELECT position, stream, version FROM effects WHERE projection = ? ORDER BY position",
                (row, number) -> new Row(row.getLong(1), row.getObject(2, UUID.class), row.getLong(3)),
                name);
    }
}
