package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterReplay.AutomaticRetry;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.log.HighWaterMark;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/** A projection of the test's own whose handlers fail where they are told to, with what looks at and replays its dead letters. */
abstract class ParkingSubscriptionFixture extends SubscriptionFixture {

    static final int MANY = 1_000_000;

    final PoisonHandlers handlers;
    final ParkedEffects effects;
    final DeadLetterRepository letters;
    final DeadLetterRepository.Filter own = DeadLetterRepository.Filter.ALL.withProjection(name);

    ParkingSubscriptionFixture(TestDatabase database) {
        super(database);
        this.handlers = new PoisonHandlers(name, Delivery.EXACTLY_ONCE, jdbc);
        this.effects = new ParkedEffects(jdbc, name, base);
        this.letters = DeadLetterRepository.postgres(database.dataSource(), TestDatabase.SCHEMA);
    }

    /** Another instance of the subscription. */
    SubscriptionManager instance(SubscriptionSettings settings, InstanceSettings how) {
        SubscriptionManager manager = SubscriptionManager.builder(
                        TestDatabase.events(database.dataSource()),
                        HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC()),
                        new LogSignal())
                .settings(how)
                .listener((changed, from, to) -> states.add(changed + ": " + from + " -> " + to))
                .build(List.of(new SubscriptionDefinition(handlers, settings, database.transactionManager())));
        managers.add(manager);
        return manager;
    }

    static Tuning failing(UnaryOperator<SubscriptionSettings.Builder> errors) {
        return new Tuning(errors.apply(quick(10).toBuilder()).build(), SHORT);
    }

    DeadLetterReplay replay() {
        return replay(handlers, database.dataSource(), new JdbcTransactionManager(database.dataSource()));
    }

    static DeadLetterReplay replay(
            PoisonHandlers handlers, DataSource dataSource, @Nullable PlatformTransactionManager transactionManager) {
        return new DeadLetterReplay(
                List.of(new DeadLetterReplay.Target(handlers, transactionManager)),
                TestDatabase.events(dataSource),
                ErrorClassifier.standard(),
                new DeadLetterReplay.Settings(100_000, AutomaticRetry.OFF));
    }

    /** A projection that begins at the end of the log. */
    ParkedEffects begun(String projection) {
        long end = jdbc.queryForList("SELECT coalesce(max(position), 0) FROM eventsource.events", Long.class)
                .get(0);
        jdbc.update(
                "INSERT INTO eventsource.projection_checkpoints (projection_name, segment, position) VALUES (?, 0, ?)",
                projection,
                end);
        return new ParkedEffects(jdbc, projection, end);
    }

    /** Appends to an aggregate and returns the last position. */
    long deposit(UUID account, int count) {
        return store.append(StreamAppend.to("account", account, Collections.nCopies(count, new Deposited(1)))
                        .expecting(ExpectedVersion.any()))
                .lastPosition();
    }

    /** Waits until the subscription has passed everything there is. */
    void awaitPassed(SubscriptionManager manager) {
        List<Long> all = allDeposits();
        awaitLive(manager, name, all.get(all.size() - 1));
    }

    /** Everything has taken effect once, in order, and nothing is left in the queue. */
    void assertAllHandledOnce() {
        assertThat(effects.violations()).isEmpty();
        assertThat(effects.open()).isZero();
        assertThat(effects.positions()).isEqualTo(allDeposits());
    }
}
