package io.eventsource.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.eventsource.log.HighWaterMark.LogWriter;
import io.eventsource.schema.SchemaMigrator;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.VersionConflictException;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** The high-water mark beside transactions that hang, roll back, are prepared, or write elsewhere. */
@OnEachPostgres
class HighWaterMarkIT {

    private final TestDatabase database;
    private final EventStore store;
    private final HighWaterMark mark;
    private final Connection hung;
    private final JdbcTemplate onHung;

    HighWaterMarkIT(TestDatabase database) {
        this.database = database;
        this.store = database.store();
        this.mark = HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC());
        this.hung = database.connect();
        this.onHung = TestDatabase.on(hung);
    }

    @BeforeEach
    void settle() {
        long settled = append(1).lastPosition();
        // the session that the test before this one has left hanging ends when the server notices
        await().until(() -> mark.advance() >= settled);
    }

    @AfterEach
    void release() throws SQLException {
        hung.close();
        database.jdbc()
                .queryForList("SELECT gid FROM pg_prepared_xacts", String.class)
                .forEach(gid -> database.jdbc().execute("ROLLBACK PREPARED '" + gid + "'"));
    }

    private AppendResult append(int count) {
        return append(store, count);
    }

    private static AppendResult append(EventStore store, int count) {
        return store.append(
                StreamAppend.to("account", UUID.randomUUID(), Collections.nCopies(count, new Deposited(1))));
    }

    /** Begins a transaction on the hung connection and appends there. */
    private AppendResult appendAndHang() {
        onHung.execute("BEGIN");
        SingleConnectionDataSource single = new SingleConnectionDataSource(hung, true);
        return append(TestDatabase.store(single, TestEvents.codec(), mark, new LogSignal()), 1);
    }

    @Test
    void a_gap_is_not_passed_and_its_late_commit_is_delivered() {
        long settled = mark.advance();
        AppendResult late = appendAndHang();
        AppendResult early = append(2);
        assertThat(late.lastPosition()).isEqualTo(early.firstPosition() - 1);

        for (int i = 0; i < 20; i++) {
            assertThat(mark.advance()).isEqualTo(settled);
        }
        assertThat(store.readLog(LogQuery.after(settled)).events()).isEmpty();
        onHung.execute("COMMIT");

        assertThat(mark.advance()).isEqualTo(early.lastPosition());
        assertThat(store.readLog(LogQuery.after(settled)).events())
                .extracting(event -> event.position())
                .containsExactly(late.firstPosition(), early.firstPosition(), early.lastPosition());
    }

    @Test
    void a_mark_that_begins_to_look_beside_an_open_writer_waits_for_it() {
        appendAndHang();
        AppendResult early = append(1);
        HighWaterMark fresh = HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC());

        assertThat(fresh.advance()).isLessThan(early.firstPosition() - 1);
        onHung.execute("COMMIT");
        assertThat(fresh.advance()).isEqualTo(early.lastPosition());
    }

    @Test
    void a_gap_is_passed_as_soon_as_its_transaction_has_rolled_back() {
        long settled = mark.advance();
        appendAndHang();
        AppendResult early = append(1);
        assertThat(mark.advance()).isEqualTo(settled);

        onHung.execute("ROLLBACK");

        assertThat(mark.advance()).isEqualTo(early.lastPosition());
    }

    @Test
    void a_gap_is_passed_when_its_session_is_ended() {
        long settled = mark.advance();
        appendAndHang();
        AppendResult early = append(1);
        assertThat(mark.advance()).isEqualTo(settled);
        Integer pid = mark.writers().get(0).pid();

        database.jdbc().queryForList("SELECT pg_terminate_backend(?)", pid);

        await().until(() -> mark.advance() == early.lastPosition());
    }

    @Test
    void a_savepoint_rolled_back_holds_nothing_once_its_lock_is_gone() {
        onHung.execute("BEGIN");
        onHung.execute("SAVEPOINT a");
        SingleConnectionDataSource single = new SingleConnectionDataSource(hung, true);
        append(TestDatabase.store(single, TestEvents.codec(), mark, new LogSignal()), 3);
        AppendResult behind = append(1);
        assertThat(mark.advance()).isLessThan(behind.firstPosition());

        onHung.execute("ROLLBACK TO SAVEPOINT a");

        assertThat(mark.advance()).isEqualTo(behind.lastPosition());
        onHung.execute("COMMIT");
    }

    @Test
    void a_writer_in_flight_is_named() {
        onHung.execute("SET application_name = 'slow importer'");
        appendAndHang();

        List<LogWriter> writers = mark.writers();

        assertThat(writers).singleElement().satisfies(writer -> {
            assertThat(writer.application()).isEqualTo("slow importer");
            assertThat(writer.user()).isEqualTo("postgres");
            assertThat(writer.state()).isEqualTo("idle in transaction");
            assertThat(writer.pid()).isPositive();
            assertThat(writer.age()).isNotNull();
            assertThat(writer.preparedGid()).isNull();
        });
    }

    @Test
    void a_prepared_transaction_holds_the_mark_until_it_is_committed_and_is_named() throws SQLException {
        long settled = mark.advance();
        AppendResult late = appendAndHang();
        AppendResult early = append(1);
        assertThat(mark.advance()).isEqualTo(settled);
        onHung.execute("PREPARE TRANSACTION 'order-4711'");
        hung.close();

        assertThat(mark.advance()).isEqualTo(settled);
        HighWaterMark fresh = HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC());
        assertThat(fresh.advance()).isLessThan(late.firstPosition());
        assertThat(mark.writers()).singleElement().satisfies(writer -> {
            assertThat(writer.preparedGid()).isEqualTo("order-4711");
            assertThat(writer.pid()).isNull();
        });

        database.jdbc().execute("COMMIT PREPARED 'order-4711'");
        assertThat(mark.advance()).isEqualTo(early.lastPosition());
        assertThat(store.readLog(LogQuery.after(settled)).events()).hasSize(2);
    }

    @Test
    void a_prepared_transaction_that_is_rolled_back_is_passed() {
        long settled = mark.advance();
        appendAndHang();
        AppendResult early = append(1);
        onHung.execute("PREPARE TRANSACTION 'order-4712'");
        assertThat(mark.advance()).isEqualTo(settled);

        database.jdbc().execute("ROLLBACK PREPARED 'order-4712'");

        assertThat(mark.advance()).isEqualTo(early.lastPosition());
    }

    @Test
    void of_several_prepared_transactions_each_is_named_by_its_own_gid() {
        for (String gid : List.of("one", "two")) {
            appendAndHang();
            onHung.execute("PREPARE TRANSACTION '" + gid + "'");
        }

        assertThat(mark.writers()).extracting(LogWriter::preparedGid).containsExactlyInAnyOrder("one", "two");
    }

    @Test
    void open_writes_elsewhere_delay_nothing() throws SQLException {
        try (TestDatabase neighbour = database.neighbour();
                Connection there = neighbour.connect()) {
            new SchemaMigrator(neighbour.dataSource(), TestDatabase.SCHEMA).migrate();
            TestDatabase.on(there).execute("BEGIN");
            append(
                    TestDatabase.store(
                            new SingleConnectionDataSource(there, true), TestEvents.codec(), mark, new LogSignal()),
                    1);
            onHung.execute("CREATE TABLE IF NOT EXISTS elsewhere (id bigint)");
            onHung.execute("BEGIN");
            onHung.execute("INSERT INTO elsewhere VALUES (1)");
            onHung.execute("SELECT count(*) FROM eventsource.events");
            onHung.execute("SELECT * FROM eventsource.event_streams LIMIT 1 FOR UPDATE");

            assertThat(mark.advance()).isEqualTo(append(1).firstPosition() - 1);
            skipPosition();
            AppendResult behindAGap = append(2);

            assertThat(mark.advance()).isEqualTo(behindAGap.lastPosition());
            assertThat(mark.writers()).isEmpty();
            TestDatabase.on(there).execute("ROLLBACK");
        }
    }

    /** Leaves a gap that nobody fills. */
    private void skipPosition() {
        database.transaction().executeWithoutResult(status -> {
            append(1);
            status.setRollbackOnly();
        });
    }

    @Test
    void an_append_that_lost_its_conflict_delays_nothing_while_its_transaction_stays_open() {
        UUID account = UUID.randomUUID();
        store.append(StreamAppend.to("account", account, new Deposited(1)));
        onHung.execute("BEGIN");
        EventStore onOpen = TestDatabase.store(
                new SingleConnectionDataSource(hung, true), TestEvents.codec(), mark, new LogSignal());
        assertThat(catchThrowable(() -> onOpen.append(
                        StreamAppend.to("account", account, new Deposited(1)).expecting(ExpectedVersion.noStream()))))
                .isInstanceOf(VersionConflictException.class);
        skipPosition();
        AppendResult behindAGap = append(1);

        assertThat(mark.advance()).isEqualTo(behindAGap.lastPosition());
        assertThat(mark.writers()).isEmpty();
    }

    @Test
    void appends_that_lost_their_conflict_have_drawn_no_position() {
        UUID account = UUID.randomUUID();
        long last = store.append(StreamAppend.to("account", account, new Deposited(1)))
                .lastPosition();
        for (int i = 0; i < 5; i++) {
            assertThat(catchThrowable(() -> store.append(StreamAppend.to("account", account, new Deposited(1))
                            .expecting(ExpectedVersion.noStream()))))
                    .isInstanceOf(VersionConflictException.class);
        }

        assertThat(append(1).firstPosition()).isEqualTo(last + 1);
    }

    @Test
    void a_log_that_has_gone_backwards_is_followed_and_counted() {
        AppendResult lost = append(10);
        assertThat(mark.advance()).isEqualTo(lost.lastPosition());
        // what a crash with asynchronous commit does: the events and the sequence's values are gone
        onHung.execute("ALTER TABLE eventsource.events DISABLE TRIGGER USER");
        onHung.update("DELETE FROM eventsource.events WHERE position > ?", lost.firstPosition());
        onHung.execute("ALTER TABLE eventsource.events ENABLE TRIGGER USER");
        onHung.queryForList("SELECT setval('eventsource.events_position_seq', ?)", lost.firstPosition());

        mark.advance();
        assertThat(mark.advance()).isEqualTo(lost.firstPosition());
        assertThat(mark.status().regressions()).isEqualTo(1);

        AppendResult next = append(1);
        assertThat(next.firstPosition()).isEqualTo(lost.firstPosition() + 1);
        assertThat(mark.advance()).isEqualTo(next.firstPosition());
        assertThat(store.readLog(LogQuery.after(lost.firstPosition())).events()).hasSize(1);
    }

    @Test
    void a_look_inside_a_transaction_does_not_count_that_transaction_as_settled() {
        long settled = mark.advance();
        database.transaction().executeWithoutResult(status -> {
            append(1);
            append(1);
            assertThat(mark.advance()).isEqualTo(settled);
        });
        assertThat(mark.advance()).isEqualTo(settled + 2);
    }

    @org.junit.jupiter.api.Test
    void the_published_mark_goes_back_only_with_the_log() {
        LogEvidence evidence = FaultyReaders.evidenceOn(database);
        long highest = evidence.highestPosition();
        database.jdbc().update("UPDATE eventsource.high_water_mark SET position = 0");

        evidence.publish(highest);
        evidence.publish(highest - 1);
        assertThat(evidence.publishedHighWaterMark()).isEqualTo(highest);

        database.jdbc().update("UPDATE eventsource.high_water_mark SET position = ?", highest + 100);
        evidence.publish(highest);
        assertThat(evidence.publishedHighWaterMark())
                .as("the log has lost what had been published")
                .isEqualTo(highest);
    }
}
