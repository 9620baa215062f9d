package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.log.HighWaterMark;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.subscription.StrikingDataSource.Blow;
import io.eventsource.subscription.StrikingDataSource.Plan;
import io.eventsource.testing.TestDatabase;
import java.sql.Connection;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionException;

/**
 * The session is ended at every statement and at every end of a transaction while events are parked, put behind others and
 * replayed: nothing is lost, nothing is handled twice, nothing waits behind nothing, whenever one looks. On the major version
 * that the system property {@code eventsource.test.faults-postgres} says.
 */
class ParkingFaultsIT extends ParkingSubscriptionFixture {

    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final Set<Long> poison = ConcurrentHashMap.newKeySet();
    private HikariDataSource pool;
    private StrikingDataSource striking;
    private Connection elsewhere;

    ParkingFaultsIT() {
        super(TestDatabase.migrated(Integer.getInteger("eventsource.test.faults-postgres", 18)));
    }

    @BeforeEach
    void open() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.dataSource().getJdbcUrl());
        config.setMaximumPoolSize(8);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(2_000);
        pool = new HikariDataSource(config);
        striking = new StrikingDataSource(pool, jdbc);
        elsewhere = database.connect();
    }

    @AfterEach
    void close() throws Exception {
        for (SubscriptionManager manager : managers) {
            assertThat(manager.stop(STOP_WITHIN)).isTrue();
        }
        pool.close();
        elsewhere.close();
        database.close();
    }

    private SubscriptionManager managerOf(PoisonHandlers struck) {
        SubscriptionManager manager = SubscriptionManager.builder(
                        TestDatabase.events(striking),
                        HighWaterMark.of(striking, TestDatabase.SCHEMA, Clock.systemUTC()),
                        signal)
                .settings(InstanceSettings.defaults().withPollInterval(SHORT))
                .build(List.of(new SubscriptionDefinition(
                        struck,
                        quickParkingAll(10),
                        struck.delivery() == Delivery.EXACTLY_ONCE ? new JdbcTransactionManager(striking) : null)));
        managers.add(manager);
        return manager;
    }

    private void look(ParkedEffects at, Delivery delivery, String when) {
        at.violations(TestDatabase.on(elsewhere)).stream()
                .filter(each -> delivery == Delivery.EXACTLY_ONCE || harmsAtLeastOnce(each))
                .forEach(each -> violations.add(when + ": " + each));
    }

    private static boolean harmsAtLeastOnce(String violation) {
        return violation.startsWith("lost")
                || violation.startsWith("in the queue before the checkpoint")
                || violation.startsWith("open and not parked")
                || violation.startsWith("parked without")
                || violation.startsWith("waits behind nothing");
    }

    @ParameterizedTest
    @EnumSource(Blow.class)
    void a_session_ended_at_any_statement_of_parking_loses_nothing_and_doubles_nothing(Blow blow) {
        for (Delivery delivery : Delivery.values()) {
            int boundary = 1;
            while (parkingStruck(delivery, boundary, blow)) {
                boundary++;
            }
            // a batch that fails, the event that fails, its parking, one that is handled and one that is put behind,
            // none of
            // which reads the checkpoint again
            assertThat(boundary).as("boundaries of %s", delivery).isGreaterThan(15);
        }
    }

    private boolean parkingStruck(Delivery delivery, int boundary, Blow blow) {
        String projection = "parking-" + UUID.randomUUID();
        PoisonHandlers struck = new PoisonHandlers(projection, delivery, new JdbcTemplate(striking));
        ParkedEffects its = begun(projection);
        UUID account = UUID.randomUUID();
        long failed = deposit(account, 1);
        long other = deposit(UUID.randomUUID(), 1);
        long behind = deposit(account, 1);
        struck.poisonedAt(Set.of(failed));
        String when = "%s, %s boundary %d of parking".formatted(delivery, blow, boundary);
        Plan plan = new Plan("eventsource-" + projection, boundary, blow, () -> look(its, delivery, when));
        striking.follow(plan);
        SubscriptionManager manager = managerOf(struck);
        manager.start();
        eventually().untilAsserted(() -> {
            assertThat(statusOf(manager, projection).position()).isGreaterThanOrEqualTo(behind);
            assertThat(statusOf(manager, projection).failures()).isZero();
        });
        assertThat(manager.stop(STOP_WITHIN)).isTrue();
        look(its, delivery, when);
        assertThat(violations).isEmpty();
        assertThat(its.openPositions()).as(when).containsExactly(failed, behind);
        assertThat(new HashSet<>(its.positions())).as(when).contains(other).doesNotContain(behind);
        return plan.struck();
    }

    @ParameterizedTest
    @EnumSource(Blow.class)
    void a_session_ended_at_any_statement_of_a_replay_loses_nothing_and_doubles_nothing(Blow blow) {
        for (Delivery delivery : Delivery.values()) {
            String projection = "replay-" + UUID.randomUUID();
            PoisonHandlers struck = new PoisonHandlers(projection, delivery, new JdbcTemplate(striking));
            ParkedEffects its = begun(projection);
            // the subscription fails at what is poisoned, the replay handles it
            struck.poisonedBy(event -> {
                if (poison.contains(event.position())
                        && !Thread.currentThread().getName().equals(projection)) {
                    throw new PoisonException(event.position());
                }
            });
            SubscriptionManager manager = managerOf(struck);
            striking.follow(new Plan("nobody", 1, blow, () -> {}));
            manager.start();
            int boundary = 1;
            while (replayStruck(struck, its, boundary, blow)) {
                boundary++;
            }
            // three entries, each with two locks, a look, a handler, its closing and a commit
            assertThat(boundary).as("boundaries of %s", delivery).isGreaterThan(20);
            assertThat(manager.stop(STOP_WITHIN)).isTrue();
        }
    }

    private boolean replayStruck(PoisonHandlers struck, ParkedEffects its, int boundary, Blow blow) {
        UUID account = UUID.randomUUID();
        // at the beginning of its aggregate the first one fails
        long failed = depositPoisoned(account);
        deposit(account, 1);
        long alone = depositPoisoned(UUID.randomUUID());
        eventually().until(() -> its.openPositions().size() == 3);
        long parkedBefore = its.everParked();
        String when = "%s, %s boundary %d of a replay".formatted(struck.delivery(), blow, boundary);
        Plan plan = new Plan(struck.name(), boundary, blow, () -> look(its, struck.delivery(), when));
        striking.follow(plan);
        Thread replaying = new Thread(() -> replayUntilNothingIsOpen(struck, its), struck.name());
        replaying.start();
        eventually().until(() -> !replaying.isAlive());
        look(its, struck.delivery(), when);
        assertThat(violations).isEmpty();
        assertThat(its.open()).as(when).isZero();
        assertThat(new HashSet<>(its.positions())).as(when).contains(failed, alone);
        assertThat(its.everParked()).as(when).isEqualTo(parkedBefore);
        return plan.struck();
    }

    /** What is appended is poisoned before the subscription sees it. */
    private long depositPoisoned(UUID account) {
        long next = jdbc.queryForList("SELECT coalesce(max(position), 0) + 1 FROM eventsource.events", Long.class)
                .get(0);
        poison.add(next);
        long position = deposit(account, 1);
        assertThat(position).as("nobody else appends").isEqualTo(next);
        return position;
    }

    private void replayUntilNothingIsOpen(PoisonHandlers struck, ParkedEffects its) {
        DeadLetterReplay replay = replay(
                struck,
                striking,
                struck.delivery() == Delivery.EXACTLY_ONCE ? new JdbcTransactionManager(striking) : null);
        while (its.open() > 0) {
            try {
                replay.replay(own.withProjection(struck.name()), MANY);
            } catch (DataAccessException | TransactionException struckDown) {
                // an operator asks again
            }
        }
    }
}
