package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** What a handler makes of one event fails, with codes that a fault of the read model has as well: that event alone is parked. */
@OnEachPostgres
class OneEventAtFaultIT extends ParkingSubscriptionFixture {

    OneEventAtFaultIT(TestDatabase database) {
        super(database);
    }

    private static SubscriptionSettings.Builder retryingOnce(SubscriptionSettings.Builder settings) {
        return settings.retry(new SubscriptionSettings.Retry(1, Duration.ofMillis(5), 2, Duration.ofMillis(50)))
                .circuitBreaker(new SubscriptionSettings.CircuitBreaker(
                        true, 3, Duration.ofMillis(50), Duration.ofMillis(100), 10));
    }

    private void prepare() {
        jdbc.execute(
                """
                DO $$ BEGIN CREATE ROLE model_writer; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                CREATE SCHEMA model;
                CREATE TABLE model.totals (position bigint PRIMARY KEY, stream uuid);
                GRANT USAGE ON SCHEMA model TO model_writer;
                GRANT INSERT, SELECT ON model.totals TO model_writer;""");
    }

    @AfterEach
    void dropModel() {
        managers.forEach(each -> assertThat(each.stop(STOP_WITHIN)).isTrue());
        jdbc.execute("DROP SCHEMA IF EXISTS model CASCADE");
    }

    /** Writes one event in a way of its own. */
    record OneOwn(String name, long position, String write, boolean batch, JdbcTemplate jdbc) implements EventHandlers {

        @Override
        public Set<String> eventTypes() {
            return Set.of("deposited");
        }

        @Override
        public Delivery delivery() {
            return Delivery.EXACTLY_ONCE;
        }

        @Override
        public void handle(EventEnvelope<Object> event) {
            jdbc.execute("SET LOCAL ROLE model_writer");
            String usual = "INSERT INTO model.totals (position, stream) VALUES (?, ?)";
            String statement = event.position() == position ? write : usual;
            Object[] row = {event.position(), event.aggregateId()};
            if (batch) {
                jdbc.batchUpdate(statement, List.of(row, row.clone()));
            } else {
                jdbc.update(statement, row);
            }
            jdbc.execute("SET LOCAL ROLE NONE");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO model.totals SELECT p, s FROM (VALUES (?::bigint, ?::uuid)) v (p, s) WHERE p IN ()",
                "INSERT INTO model.totals SELECT p, s FROM (VALUES (?::bigint, ?::uuid)) v (p, s)"
                        + " WHERE concat('gone', p)::regclass IS NULL",
                "INSERT INTO model.totals SELECT p, s FROM (VALUES (?::bigint, ?::uuid)) v (p, s)"
                        + " WHERE concat('gone.t', p)::regclass IS NULL",
                "INSERT INTO model.totals SELECT p, s FROM (VALUES (?::bigint, ?::uuid)) v (p, s)"
                        + " WHERE concat('gone', p)::regconfig IS NULL",
                "INSERT INTO model.totals SELECT p, s FROM (VALUES (?::bigint, ?::uuid)) v (p, s)"
                        + " WHERE nextval(concat('model.totals', left(p::text, 0))) > 0",
                "INSERT INTO model.totals SELECT p, s FROM (VALUES (?::bigint, ?::uuid)) v (p, s)"
                        + " WHERE date_trunc(concat('gone', p), now()) IS NULL"
            })
    void what_one_event_makes_of_a_statement_is_the_fault_of_that_event(String write) {
        prepare();
        long bad = deposit(UUID.randomUUID(), 1);
        deposit(UUID.randomUUID(), 1);
        deposit(UUID.randomUUID(), 1);
        SubscriptionManager manager =
                manager(failing(OneEventAtFaultIT::retryingOnce), new OneOwn(name, bad, write, false, jdbc));

        manager.start();

        awaitPassed(manager);
        assertThat(effects.openPositions()).containsExactly(bad);
    }

    @Test
    void a_row_of_a_batch_that_a_policy_refuses_is_the_fault_of_its_event() {
        prepare();
        long refused = deposit(UUID.randomUUID(), 1);
        deposit(UUID.randomUUID(), 1);
        deposit(UUID.randomUUID(), 1);
        jdbc.execute("ALTER TABLE model.totals ENABLE ROW LEVEL SECURITY; ALTER TABLE model.totals DROP CONSTRAINT"
                + " totals_pkey");
        jdbc.execute("CREATE POLICY p ON model.totals TO model_writer USING (true) WITH CHECK (position <> %d)"
                .formatted(refused));
        String write = "INSERT INTO model.totals (position, stream) VALUES (?, ?)";
        SubscriptionManager manager =
                manager(failing(OneEventAtFaultIT::retryingOnce), new OneOwn(name, refused, write, true, jdbc));

        manager.start();

        awaitPassed(manager);
        assertThat(effects.openPositions()).containsExactly(refused);
    }
}
