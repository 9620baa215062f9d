package io.eventsource.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.ground.GroundInspector;
import io.eventsource.ground.GroundReport.Severity;
import io.eventsource.ground.GroundWatch;
import io.eventsource.log.HighWaterMark.SequenceBehind;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.AppendFailedException;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.CountingDataSource;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.Threads;
import io.eventsource.time.Clocks.Ticker;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** A sequence that is behind the log is seen in the look that is taken anyway, and its positions can be repaired. */
@OnEachPostgres
class SequenceWatchIT {

    private final TestDatabase database;
    private final JdbcTemplate jdbc;
    private final CountingDataSource counting;
    private final HighWaterMark mark;
    private final EventStore store;

    SequenceWatchIT(TestDatabase server) {
        this.database = TestDatabase.migrated(server.major());
        this.jdbc = database.jdbc();
        this.counting = new CountingDataSource(database.dataSource());
        this.mark = HighWaterMark.of(counting, TestDatabase.SCHEMA, Clock.systemUTC());
        this.store = database.store();
        mark.nameIncarnation();
    }

    @AfterEach
    void close() {
        database.close();
    }

    private long append() {
        return store.append(StreamAppend.to("account", UUID.randomUUID(), new Deposited(1)))
                .firstPosition();
    }

    /** Appends up to 3, leaves a gap, and goes on at 11. */
    private void appendAroundAGap() {
        for (int i = 0; i < 3; i++) {
            append();
        }
        jdbc.queryForList("SELECT setval('eventsource.events_position_seq', 10)");
        assertThat(append()).isEqualTo(11);
        mark.advance();
        assertThat(mark.advance()).isEqualTo(11);
        assertThat(mark.sequenceBehind()).isNull();
    }

    @Test
    void a_healthy_sequence_costs_no_statement() {
        appendAroundAGap();
        int before = counting.statements();

        mark.advance();

        assertThat(counting.statements() - before).isEqualTo(1);
    }

    @Test
    void setting_it_back_into_a_gap_is_seen_before_and_after_the_next_append() {
        appendAroundAGap();
        jdbc.queryForList("SELECT setval('eventsource.events_position_seq', 5)");
        mark.advance();
        assertThat(mark.sequenceBehind()).isEqualTo(new SequenceBehind(5, 11));

        assertThat(append()).isEqualTo(6);
        mark.advance();
        assertThat(mark.sequenceBehind()).isEqualTo(new SequenceBehind(6, 11));

        jdbc.queryForList("SELECT setval('eventsource.events_position_seq', 11)");
        mark.advance();
        assertThat(mark.sequenceBehind()).isNull();
    }

    @Test
    void it_cannot_pass_the_mark_without_meeting_a_used_position() {
        appendAroundAGap();
        jdbc.queryForList("SELECT setval('eventsource.events_position_seq', 9)");
        assertThat(append()).isEqualTo(10);

        assertThatThrownBy(this::append)
                .isInstanceOfSatisfying(AppendFailedException.class, failure -> assertThat(failure.reason())
                        .isEqualTo(AppendFailedException.Reason.POSITION_USED));
    }

    @Test
    void a_used_position_stays_a_finding_after_the_sequence_has_passed_the_mark_again() {
        EventStore appending = TestDatabase.store(counting, TestEvents.codec(), mark, new LogSignal());
        GroundWatch watch = new GroundWatch(
                new GroundInspector(jdbc, TestDatabase.SCHEMA, List.of()),
                () -> 0,
                mark::positionsUsed,
                Ticker.system());
        appendAroundAGap();
        assertThat(watch.report().of(Severity.DOWN)).isEmpty();
        jdbc.queryForList("SELECT setval('eventsource.events_position_seq', 9)");
        StreamAppend deposit = StreamAppend.to("account", UUID.randomUUID(), new Deposited(1));
        assertThat(appending.append(deposit).firstPosition()).isEqualTo(10);
        assertThatThrownBy(() -> appending.append(deposit)).isInstanceOf(AppendFailedException.class);
        assertThat(append()).isEqualTo(12);
        mark.advance();
        mark.advance();

        assertThat(mark.sequenceBehind()).as("nothing else tells of it").isNull();
        assertThat(watch.report().of(Severity.REFUSE)).isEmpty();
        assertThat(watch.report().of(Severity.DOWN)).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo("positions-used");
            assertThat(finding.evidence()).contains("1 times");
            assertThat(finding.remedy()).contains("repair_positions", "missed_events", "rebuild", "restart");
        });
    }

    @Test
    void a_restarted_sequence_is_behind_and_one_moved_forward_is_not() {
        appendAroundAGap();
        jdbc.execute("ALTER SEQUENCE eventsource.events_position_seq RESTART");
        mark.advance();
        assertThat(mark.sequenceBehind()).isEqualTo(new SequenceBehind(0, 11));

        jdbc.execute("ALTER SEQUENCE eventsource.events_position_seq RESTART WITH 500");
        mark.advance();
        assertThat(mark.sequenceBehind()).isNull();
        assertThat(append()).isEqualTo(500);
    }

    @Test
    void an_event_beyond_the_sequence_is_seen() {
        appendAroundAGap();
        jdbc.execute(
                """
                INSERT INTO eventsource.events (position, event_id, append_id, aggregate_id, aggregate_type, version, event_type, bucket,
                       "timestamp", payload) OVERRIDING SYSTEM VALUE
                SELECT 1000000, event_id, append_id, md5('another')::uuid, aggregate_type, version, event_type, bucket, "timestamp", payload
                  FROM eventsource.events WHERE position = 1""");
        mark.advance();
        mark.advance();
        assertThat(mark.sequenceBehind()).isEqualTo(new SequenceBehind(11, 1_000_000));
    }

    @Test
    void the_mark_is_published_only_at_an_event_that_the_sequence_has_passed() {
        appendAroundAGap();
        jdbc.queryForList("SELECT eventsource.publish_high_water_mark(7)");
        jdbc.queryForList("SELECT eventsource.publish_high_water_mark(1000)");
        assertThat(published()).isZero();
        jdbc.queryForList("SELECT eventsource.publish_high_water_mark(3)");
        assertThat(published()).isEqualTo(3);
        jdbc.queryForList("SELECT setval('eventsource.events_position_seq', 5)");
        jdbc.queryForList("SELECT eventsource.publish_high_water_mark(11)");
        assertThat(published()).isEqualTo(3);
    }

    private long published() {
        return Objects.requireNonNull(
                jdbc.queryForObject("SELECT position FROM eventsource.high_water_mark", Long.class));
    }

    @Test
    void a_mark_that_nobody_found_is_forgotten_and_moves_no_event() {
        jdbc.update("UPDATE eventsource.high_water_mark SET position = 77");
        assertThat(jdbc.queryForList("SELECT * FROM eventsource.repair_positions(true)"))
                .isEmpty();
        assertThat(published()).isZero();

        appendAroundAGap();
        jdbc.update("UPDATE eventsource.high_water_mark SET position = 77");
        assertThat(jdbc.queryForList("SELECT * FROM eventsource.repair_positions(true)"))
                .isEmpty();
        assertThat(jdbc.queryForList("SELECT position FROM eventsource.events ORDER BY position", Long.class))
                .containsExactly(1L, 2L, 3L, 11L);
        mark.publish();
        assertThat(published()).isEqualTo(11);
    }

    @Test
    void a_repair_that_is_rolled_back_or_fails_can_still_be_listed_and_repeated() throws SQLException {
        appendAroundAGap();
        mark.publish();
        jdbc.queryForList("SELECT setval('eventsource.events_position_seq', 5)");
        append();
        String repair = "SELECT old_position FROM eventsource.repair_positions(%s)";
        try (Connection connection = database.connect();
                Connection reader = database.connect()) {
            JdbcTemplate owner = TestDatabase.on(connection);
            connection.setAutoCommit(false);
            assertThat(owner.queryForList(repair.formatted(true), Long.class)).containsExactly(6L);
            connection.rollback();
            assertThat(owner.queryForList(repair.formatted(false), Long.class)).containsExactly(6L);
            connection.rollback();

            reader.setAutoCommit(false);
            owner.execute("ALTER FUNCTION eventsource.repair_positions(boolean) SET lock_timeout = '100ms'");
            connection.commit();
            TestDatabase.on(reader).execute("LOCK TABLE eventsource.event_outbox");
            assertThatThrownBy(() -> owner.queryForList(repair.formatted(true), Long.class))
                    .hasMessageContaining("lock timeout");
            connection.rollback();
        }
        mark.advance();
        assertThat(mark.sequenceBehind()).isEqualTo(new SequenceBehind(6, 11));

        assertThat(jdbc.queryForList(repair.formatted(true), Long.class)).containsExactly(6L);
        assertThat(append()).isEqualTo(13);
    }

    @Test
    void a_repair_that_moves_no_event_leaves_a_sequence_that_reads_as_used() {
        appendAroundAGap();
        jdbc.queryForList("SELECT setval('eventsource.events_position_seq', 5)");
        assertThat(jdbc.queryForList("SELECT * FROM eventsource.repair_positions(true)"))
                .isEmpty();
        mark.publish();
        assertThat(published()).isEqualTo(11);
        assertThat(append()).isEqualTo(12);
    }

    @Test
    void repairing_moves_what_was_missed_behind_the_log_in_its_order_and_nothing_else() {
        appendAroundAGap();
        assertThat(jdbc.queryForList("SELECT * FROM eventsource.repair_positions(true)"))
                .as("a healthy log")
                .isEmpty();
        mark.publish();
        jdbc.queryForList("SELECT setval('eventsource.events_position_seq', 5)");
        UUID account = UUID.randomUUID();
        store.append(StreamAppend.to("account", account, new Deposited(1), new Deposited(2)));

        String listing = "SELECT old_position FROM eventsource.repair_positions(false)";
        assertThat(jdbc.queryForList(listing, Long.class)).containsExactly(6L, 7L);
        assertThat(jdbc.queryForList(listing, Long.class))
                .as("listing changes nothing")
                .containsExactly(6L, 7L);
        assertThat(jdbc.queryForList(
                        "SELECT new_position FROM eventsource.repair_positions(true) ORDER BY version", Long.class))
                .containsExactly(12L, 13L);

        mark.advance();
        assertThat(mark.advance()).isEqualTo(13);
        assertThat(mark.sequenceBehind()).isNull();
        assertThat(append()).isEqualTo(14);
        assertThat(jdbc.queryForList("SELECT position FROM eventsource.events ORDER BY position", Long.class))
                .isEqualTo(List.of(1L, 2L, 3L, 11L, 12L, 13L, 14L));
        assertThatThrownBy(() -> jdbc.update("DELETE FROM eventsource.events"))
                .as("history is immutable again")
                .hasMessageContaining("is refused");
    }

    private List<Long> missed(String column) {
        return jdbc.queryForList("SELECT " + column + " FROM eventsource.missed_events('0 s')", Long.class);
    }

    @Test
    void what_was_missed_can_be_listed_after_the_sequence_has_passed_the_log_again() {
        UUID account = UUID.randomUUID();
        appendAroundAGap();
        store.append(StreamAppend.to("account", account, new Deposited(1)));
        assertThat(missed("position")).isEmpty();
        jdbc.queryForList("SELECT setval('eventsource.events_position_seq', 8)");
        store.append(StreamAppend.to("account", account, new Deposited(2)));
        assertThat(append()).isEqualTo(10);
        assertThatThrownBy(this::append).isInstanceOf(AppendFailedException.class);
        assertThatThrownBy(this::append).isInstanceOf(AppendFailedException.class);
        assertThat(append()).isEqualTo(13);
        mark.advance();
        assertThat(mark.advance()).isEqualTo(13);
        mark.publish();

        assertThat(jdbc.queryForList("SELECT * FROM eventsource.repair_positions(true)"))
                .as("the published mark is the new one")
                .isEmpty();
        assertThat(missed("position")).containsExactly(9L, 10L);
        assertThat(jdbc.queryForList(
                        "SELECT version FROM eventsource.missed_events('0 s') WHERE out_of_order", Long.class))
                .as("its stream has an older event behind it")
                .containsExactly(2L);
        assertThat(jdbc.queryForList("SELECT position FROM eventsource.missed_events('1 hour')", Long.class))
                .isEmpty();
    }

    @Test
    void what_many_append_at_the_same_time_is_not_listed_as_missed() {
        Threads.race(8, () -> {
            for (int i = 0; i < 50; i++) {
                append();
            }
            return true;
        });

        assertThat(jdbc.queryForList("SELECT position FROM eventsource.missed_events('1 s')", Long.class))
                .isEmpty();
    }
}
