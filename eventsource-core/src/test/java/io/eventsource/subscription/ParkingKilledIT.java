package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.testing.Seeds;
import io.eventsource.testing.TestDatabase;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * An instance is killed before a statement, or before the end of a transaction, while it parks events, puts them behind others, or
 * replays them; another one goes on. Every statement is hit when the system property {@code eventsource.test.kill-stride} is 1,
 * otherwise every n-th, from a random one on. On the major version that {@code eventsource.test.faults-postgres} says.
 */
class ParkingKilledIT extends ParkingSubscriptionFixture {

    private static final int STRIDE = Integer.getInteger("eventsource.test.kill-stride", 16);

    private final Random random = new Random(Seeds.next(ParkingKilledIT.class));
    private final String url;

    ParkingKilledIT() {
        super(TestDatabase.migrated(Integer.getInteger("eventsource.test.faults-postgres", 18)));
        this.url = database.dataSource().getJdbcUrl();
    }

    @AfterEach
    void close() {
        stopAll();
        database.close();
    }

    @Test
    void an_instance_killed_at_any_statement_of_parking_loses_nothing_and_doubles_nothing() {
        int boundary = 1 + random.nextInt(STRIDE);
        while (parkingKilled(boundary)) {
            boundary += STRIDE;
        }
        // the event is parked in the transaction of what follows it
        assertThat(boundary).isGreaterThan(15);
    }

    private boolean parkingKilled(int boundary) {
        String projection = "parking-" + UUID.randomUUID();
        PoisonHandlers survivors = new PoisonHandlers(projection, Delivery.EXACTLY_ONCE, jdbc);
        ParkedEffects its = begun(projection);
        UUID account = UUID.randomUUID();
        long failed = deposit(account, 1);
        long other = deposit(UUID.randomUUID(), 1);
        long behind = deposit(account, 1);

        boolean killed = ParkingVictim.parks(url, projection, boundary, behind, Set.of(failed));

        String when = "killed before boundary %d of parking".formatted(boundary);
        assertThat(its.violations()).as(when).isEmpty();
        SubscriptionManager survivor = manager(settings(10, SHORT), survivors.poisonedAt(Set.of(failed)));
        survivor.start();
        awaitLive(survivor, projection, behind);
        assertThat(survivor.stop(STOP_WITHIN)).isTrue();
        assertThat(its.violations()).as(when).isEmpty();
        assertThat(its.openPositions()).as(when).containsExactly(failed, behind);
        assertThat(its.positions()).as(when).containsExactly(other);
        return killed;
    }

    @Test
    void an_instance_killed_at_any_statement_of_a_replay_loses_nothing_and_doubles_nothing() {
        String projection = "replay-" + UUID.randomUUID();
        ParkedEffects its = begun(projection);
        SubscriptionManager parking = manager(
                new Tuning(quickParkingAll(10), SHORT),
                new PoisonHandlers(projection, Delivery.EXACTLY_ONCE, jdbc).poisonedBy(event -> {
                    if (event.version() == 1) {
                        throw new PoisonException(event.position());
                    }
                }));
        parking.start();
        int boundary = 1 + random.nextInt(STRIDE);
        while (replayKilled(projection, its, boundary)) {
            boundary += STRIDE;
        }
        assertThat(boundary).isGreaterThan(20);
    }

    private boolean replayKilled(String projection, ParkedEffects its, int boundary) {
        UUID account = UUID.randomUUID();
        long failed = deposit(account, 1);
        long behind = deposit(account, 1);
        long alone = deposit(UUID.randomUUID(), 1);
        eventually().until(() -> its.openPositions().size() == 3);

        boolean killed = ParkingVictim.replays(url, projection, boundary);

        String when = "killed before boundary %d of a replay".formatted(boundary);
        assertThat(its.violations()).as(when).isEmpty();
        DeadLetterReplay replay = replay(
                new PoisonHandlers(projection, Delivery.EXACTLY_ONCE, jdbc),
                database.dataSource(),
                database.transactionManager());
        eventually().until(() -> {
            replay.replay(own.withProjection(projection), MANY);
            return its.open() == 0;
        });
        assertThat(its.violations()).as(when).isEmpty();
        assertThat(its.positions()).as(when).contains(failed, behind, alone).doesNotHaveDuplicates();
        return killed;
    }
}
