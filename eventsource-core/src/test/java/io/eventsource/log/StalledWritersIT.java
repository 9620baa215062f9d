package io.eventsource.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.log.HighWaterMark.LogWriter;
import io.eventsource.log.StalledWriters.TerminatedTransaction;
import io.eventsource.log.StalledWriters.TerminatedTransaction.Outcome;
import io.eventsource.log.StalledWriters.TransactionTerminationException;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Ending the transactions that hold back the log. */
@OnEachPostgres
class StalledWritersIT {

    private final TestDatabase database;
    private final JdbcTemplate jdbc;
    private final EventStore store;
    private final HighWaterMark mark;
    private final StalledWriters writers;
    private final Connection hung;
    private final JdbcTemplate onHung;

    StalledWritersIT(TestDatabase database) {
        this.database = database;
        this.jdbc = database.jdbc();
        this.store = database.store();
        this.mark = HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC());
        this.writers = new StalledWriters(database.dataSource(), TestDatabase.SCHEMA);
        this.hung = database.connect();
        this.onHung = TestDatabase.on(hung);
    }

    @BeforeEach
    void settle() {
        jdbc.update("DELETE FROM eventsource.terminated_transactions");
        await().until(() -> writers.list().isEmpty());
    }

    @AfterEach
    void release() throws SQLException {
        hung.close();
        jdbc.queryForList("SELECT gid FROM pg_prepared_xacts WHERE database = current_database()", String.class)
                .forEach(gid -> jdbc.execute("ROLLBACK PREPARED '" + gid + "'"));
    }

    private AppendResult append(EventStore into, UUID account) {
        return into.append(StreamAppend.to("account", account, new Deposited(1)));
    }

    /** Begins a transaction on the hung connection and appends there. */
    private UUID appendAndHang() {
        UUID account = UUID.randomUUID();
        onHung.execute("BEGIN");
        SingleConnectionDataSource single = new SingleConnectionDataSource(hung, true);
        append(TestDatabase.store(single, TestEvents.codec(), mark, new LogSignal()), account);
        return account;
    }

    private Map<String, Object> recorded() {
        List<Map<String, Object>> rows = jdbc.queryForList("SELECT * FROM eventsource.terminated_transactions");
        assertThat(rows).hasSize(1);
        return rows.get(0);
    }

    @Test
    void a_hung_appender_is_ended_the_log_goes_on_without_its_events_and_the_record_says_who_and_why() {
        onHung.execute("SET application_name = 'slow importer'");
        UUID lost = appendAndHang();
        AppendResult behind = append(store, UUID.randomUUID());
        assertThat(mark.advance()).isLessThan(behind.lastPosition());
        LogWriter writer = writers.list().get(0);

        TerminatedTransaction termination = writers.end(writer, "ada", "the import hangs since noon");

        assertThat(termination.outcome()).isEqualTo(Outcome.ENDED);
        assertThat(mark.advance()).isEqualTo(behind.lastPosition());
        assertThat(store.exists(lost)).isFalse();
        assertThat(recorded())
                .containsEntry("id", termination.id())
                .containsEntry("operator", "ada")
                .containsEntry("reason", "the import hangs since noon")
                .containsEntry("database_user", "postgres")
                .containsEntry("pid", writer.pid())
                .containsEntry("virtual_transaction", writer.virtualTransaction())
                .containsEntry("writer_application", "slow importer")
                .containsEntry("writer_user", "postgres")
                .containsEntry("outcome", "ended")
                .containsEntry("error", null)
                .hasEntrySatisfying(
                        "writer_started_at", began -> assertThat(began).isNotNull());
    }

    @Test
    void a_prepared_transaction_is_rolled_back_and_named() throws SQLException {
        UUID lost = appendAndHang();
        onHung.execute("PREPARE TRANSACTION 'order ''4711'''");
        AppendResult behind = append(store, UUID.randomUUID());
        LogWriter writer = writers.list().get(0);
        assertThat(writer.user()).isEqualTo("postgres");
        assertThat(writer.age()).isNotNull();

        TerminatedTransaction termination = writers.end(writer, "ada", "its coordinator is gone");

        assertThat(termination.outcome()).isEqualTo(Outcome.ENDED);
        assertThat(mark.advance()).isEqualTo(behind.lastPosition());
        assertThat(store.exists(lost)).isFalse();
        assertThat(recorded()).containsEntry("prepared_gid", "order '4711'").containsEntry("outcome", "ended");
    }

    @Test
    void a_transaction_that_is_over_is_reported_and_nobody_is_touched() {
        appendAndHang();
        LogWriter over = writers.list().get(0);
        onHung.execute("COMMIT");
        UUID next = appendAndHang();

        TransactionTerminationException refusal =
                catchThrowableOfType(TransactionTerminationException.class, () -> writers.end(over, "ada", "too late"));

        assertThat(refusal).hasMessageContainingAll("is over already", over.virtualTransaction());
        assertThat(refusal.termination().outcome()).isEqualTo(Outcome.GONE);
        assertThat(recorded()).containsEntry("outcome", "gone");
        onHung.execute("COMMIT");
        assertThat(store.exists(next)).isTrue();
    }

    @Test
    void only_who_writes_to_the_log_can_be_ended() throws SQLException {
        appendAndHang();
        LogWriter writer = writers.list().get(0);
        try (Connection bystander = database.connect()) {
            Integer pid = TestDatabase.on(bystander).queryForObject("SELECT pg_backend_pid()", Integer.class);
            LogWriter mistaken =
                    new LogWriter(writer.virtualTransaction(), pid, null, null, null, writer.startedAt(), null, null);

            assertThatThrownBy(() -> writers.end(mistaken, "ada", "mistyped"))
                    .isInstanceOf(TransactionTerminationException.class)
                    .hasMessageContaining("nobody was touched");

            assertThat(TestDatabase.on(bystander).queryForObject("SELECT 1", Integer.class))
                    .isEqualTo(1);
        }
        assertThat(writers.list())
                .extracting(LogWriter::virtualTransaction)
                .containsExactly(writer.virtualTransaction());
    }

    @Test
    void a_transaction_whose_beginning_could_not_be_seen_is_told_by_its_virtual_id() {
        appendAndHang();
        LogWriter seen = writers.list().get(0);
        LogWriter unseen =
                new LogWriter(seen.virtualTransaction(), seen.pid(), seen.user(), null, null, null, null, null);

        assertThat(writers.end(unseen, "ada", "it hangs").outcome()).isEqualTo(Outcome.ENDED);
    }

    @Test
    void a_prepared_transaction_under_the_same_id_that_began_later_is_not_touched() {
        appendAndHang();
        onHung.execute("PREPARE TRANSACTION 'again'");
        LogWriter first = writers.list().get(0);
        onHung.execute("COMMIT PREPARED 'again'");
        UUID second = appendAndHang();
        onHung.execute("PREPARE TRANSACTION 'again'");

        assertThatThrownBy(() -> writers.end(first, "ada", "too late"))
                .isInstanceOf(TransactionTerminationException.class);

        onHung.execute("COMMIT PREPARED 'again'");
        assertThat(store.exists(second)).isTrue();
    }

    @Test
    void without_an_operator_or_a_reason_nothing_is_done() {
        appendAndHang();
        LogWriter writer = writers.list().get(0);

        assertThatThrownBy(() -> writers.end(writer, " ", "it hangs"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("operator is blank");
        assertThatThrownBy(() -> writers.end(writer, "ada", "\t\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("reason is blank");

        assertThat(writers.list()).hasSize(1);
        assertThat(jdbc.queryForList("SELECT * FROM eventsource.terminated_transactions"))
                .isEmpty();
    }

    @Test
    void the_record_stays_when_the_callers_transaction_is_rolled_back() {
        appendAndHang();
        LogWriter writer = writers.list().get(0);

        database.transaction().executeWithoutResult(status -> {
            writers.end(writer, "ada", "it hangs");
            status.setRollbackOnly();
        });

        assertThat(recorded()).containsEntry("outcome", "ended");
    }

    @Test
    void what_cannot_be_recorded_is_not_ended() {
        appendAndHang();
        LogWriter writer = writers.list().get(0);
        jdbc.execute("ALTER TABLE eventsource.terminated_transactions RENAME TO elsewhere");
        try {
            assertThatThrownBy(() -> writers.end(writer, "ada", "it hangs"))
                    .isInstanceOf(org.springframework.dao.DataAccessException.class);
        } finally {
            jdbc.execute("ALTER TABLE eventsource.elsewhere RENAME TO terminated_transactions");
        }
        assertThat(writers.list()).hasSize(1);
    }

    @Test
    void without_the_privilege_the_refusal_is_clear_and_recorded_and_a_plain_role_sees_who_but_not_since_when() {
        String role = "plain_of_" + database.name();
        jdbc.execute("CREATE ROLE " + role + " LOGIN");
        jdbc.execute("GRANT USAGE ON SCHEMA eventsource TO " + role);
        jdbc.execute("GRANT SELECT ON eventsource.events TO " + role);
        jdbc.execute(
                "GRANT SELECT, INSERT, UPDATE (outcome, outcome_at, error) ON eventsource.terminated_transactions TO "
                        + role);
        onHung.execute("SET application_name = 'slow importer'");
        UUID kept = appendAndHang();
        try (HikariDataSource plain = database.dataSourceOf(role)) {
            StalledWriters asPlain = new StalledWriters(plain, TestDatabase.SCHEMA);
            LogWriter writer = asPlain.list().get(0);
            assertThat(writer.pid()).isEqualTo(writers.list().get(0).pid());
            assertThat(writer.user()).isEqualTo("postgres");
            assertThat(writer.application()).isEqualTo("slow importer");
            assertThat(writer.state()).isNull();
            assertThat(writer.startedAt()).isNull();
            assertThat(writer.age()).isNull();

            TransactionTerminationException refusal = catchThrowableOfType(
                    TransactionTerminationException.class, () -> asPlain.end(writer, "bob", "it hangs"));

            assertThat(refusal).hasMessageContaining("could not be ended").hasMessageContaining("pg_signal_backend");
            assertThat(refusal.termination().outcome()).isEqualTo(Outcome.FAILED);
            assertThat(recorded())
                    .containsEntry("operator", "bob")
                    .containsEntry("database_user", role)
                    .containsEntry("outcome", "failed")
                    .hasEntrySatisfying(
                            "error", error -> assertThat((String) error).isNotBlank());
        } finally {
            onHung.execute("COMMIT");
            jdbc.execute("DROP OWNED BY " + role);
            jdbc.execute("DROP ROLE " + role);
        }
        assertThat(store.exists(kept)).isTrue();
    }
}
