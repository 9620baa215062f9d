package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassification.ClassifiedError;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.io.Serial;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** An event that failed for good is parked with the next batch, and never later than anybody waits for something else. */
@OnEachPostgres
class DeferredParkingIT extends ParkingSubscriptionFixture {

    DeferredParkingIT(TestDatabase database) {
        super(database);
    }

    private SubscriptionManager started(int batchSize) {
        SubscriptionManager manager = manager(new Tuning(quickParkingAll(batchSize), SHORT), handlers);
        manager.start();
        return manager;
    }

    private String transactionOf(String table, String projection, long position) {
        return Objects.requireNonNull(jdbc.queryForObject(
                "SELECT xmin::text FROM %s WHERE %s = ? AND position = ?".formatted(table, projection),
                String.class,
                name,
                position));
    }

    private String parkedIn(long position) {
        return transactionOf("eventsource.dead_letter_queue", "projection_name", position);
    }

    private String handledIn(long position) {
        return transactionOf("effects", "projection", position);
    }

    @Test
    void it_is_parked_in_the_transaction_of_what_follows_it() {
        UUID account = UUID.randomUUID();
        deposit(UUID.randomUUID(), 3);
        long first = deposit(account, 1);
        long behind = deposit(account, 1);
        long next = deposit(UUID.randomUUID(), 2);
        handlers.poisonedAt(Set.of(first));

        SubscriptionManager manager = started(100);
        awaitPassed(manager);

        assertThat(effects.openPositions()).containsExactly(first, behind);
        assertThat(parkedIn(first)).isEqualTo(parkedIn(behind)).isEqualTo(handledIn(next));
        assertThat(effects.violations()).isEmpty();
        assertThat(handlers.attempts()).doesNotContain(behind);
    }

    @Test
    void several_in_a_row_are_parked_together() {
        List<Long> poison =
                List.of(deposit(UUID.randomUUID(), 1), deposit(UUID.randomUUID(), 1), deposit(UUID.randomUUID(), 1));
        long next = deposit(UUID.randomUUID(), 1);
        handlers.poisonedAt(Set.copyOf(poison));

        awaitPassed(started(100));

        assertThat(effects.openPositions()).isEqualTo(poison);
        assertThat(poison).allSatisfy(each -> assertThat(parkedIn(each)).isEqualTo(handledIn(next)));
    }

    @Test
    void at_the_end_of_the_log_it_is_parked_at_once() {
        long poison = deposit(UUID.randomUUID(), 1);
        handlers.poisonedAt(Set.of(poison));

        awaitPassed(started(100));

        assertThat(effects.openPositions()).containsExactly(poison);
        assertThat(checkpoint()).isEqualTo(poison);
    }

    @Test
    void it_is_parked_before_another_event_is_waited_for() {
        long poison = deposit(UUID.randomUUID(), 1);
        long slow = deposit(UUID.randomUUID(), 1);
        handlers.poisonedBy(event -> {
            if (event.position() == poison) {
                throw new PoisonException(poison);
            }
            if (event.position() == slow) {
                throw new Later();
            }
        });
        SubscriptionSettings.Retry late =
                new SubscriptionSettings.Retry(5, Duration.ofMinutes(1), 1, Duration.ofMinutes(1));
        SubscriptionManager manager =
                manager(new Tuning(quickParkingAll(100).toBuilder().retry(late).build(), SHORT), handlers);

        manager.start();

        eventually().until(() -> statusOf(manager, name).state() == SubscriptionStatus.State.RETRYING);
        eventually().untilAsserted(() -> assertThat(effects.openPositions()).containsExactly(poison));
        assertThat(checkpoint()).isEqualTo(poison);
    }

    @Test
    void where_parking_fails_nothing_else_is_parked_for_it() {
        long poison = deposit(UUID.randomUUID(), 1);
        deposit(UUID.randomUUID(), 5);
        handlers.poisonedAt(Set.of(poison));
        jdbc.execute(
                """
                CREATE OR REPLACE FUNCTION refuse_letters() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  IF NEW.position = %d THEN
                    RAISE EXCEPTION 'not now' USING ERRCODE = 'check_violation';
                  END IF;
                  RETURN NEW;
                END $$"""
                        .formatted(poison));
        jdbc.execute(
                """
                CREATE TRIGGER refuse_letters BEFORE INSERT ON eventsource.dead_letter_queue
                   FOR EACH ROW WHEN (NEW.projection_name = '%s') EXECUTE FUNCTION refuse_letters()"""
                        .formatted(name));
        SubscriptionManager manager = started(100);
        try {
            eventually().until(() -> statusOf(manager, name).failedAttempts() >= 6);
            assertThat(effects.everParked()).isZero();
            assertThat(effects.count()).isZero();
            assertThat(statusOf(manager, name).position()).isLessThan(poison);
        } finally {
            jdbc.execute("DROP TRIGGER refuse_letters ON eventsource.dead_letter_queue");
        }

        awaitPassed(manager);

        assertThat(effects.openPositions()).containsExactly(poison);
        assertThat(effects.violations()).isEmpty();
    }

    /** Is worth another attempt. */
    private static final class Later extends RuntimeException implements ClassifiedError {

        @Serial
        private static final long serialVersionUID = 1L;

        @Override
        public ErrorClassification classification() {
            return new ErrorClassification(ErrorClassification.Category.TRANSIENT, ErrorClassification.Severity.LOW);
        }
    }
}
