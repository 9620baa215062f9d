package io.eventsource.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.eventsource.snapshot.Snapshots;
import io.eventsource.snapshot.Snapshots.SnapshotListener;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** From a snapshot that cannot be used, loading falls back to all events of the stream. */
@OnEachPostgres
class SnapshotFallbackIT extends SnapshotFixture {

    SnapshotFallbackIT(TestDatabase database) {
        super(database);
    }

    private void replays(SnapshotListener.Outcome reason) {
        Ledger ledger = manual().load(id);

        assertThat(ledger.state()).isEqualTo(new Ledger.Balance(6, 3));
        assertThat(ledger.version()).isEqualTo(3);
        assertThat(count(reason)).isOne();
        assertThat(count(SnapshotListener.Outcome.USED)).isZero();
    }

    private void snapshotBecomes(String assignment) {
        book(3);
        manual().snapshot(id);
        assertThat(database.jdbc()
                        .update("UPDATE eventsource.snapshots SET " + assignment + " WHERE aggregate_id = ?", id))
                .isOne();
    }

    @Test
    void from_json_of_another_kind() {
        snapshotBecomes("state = '[1, 2]'");
        replays(SnapshotListener.Outcome.UNREADABLE);
    }

    @Test
    void from_the_literal_null() {
        snapshotBecomes("state = 'null'");
        replays(SnapshotListener.Outcome.UNREADABLE);
    }

    @Test
    void from_a_state_whose_class_has_lost_a_field() {
        snapshotBecomes("state = state || '{\"limit\": 100}'");
        replays(SnapshotListener.Outcome.UNREADABLE);
    }

    @Test
    void from_a_state_whose_class_has_got_a_field() {
        snapshotBecomes("state = state - 'currency'");
        replays(SnapshotListener.Outcome.UNREADABLE);
    }

    @Test
    void from_a_state_whose_field_has_another_type() {
        snapshotBecomes("state = state || '{\"amount\": {\"cents\": 6}}'");
        replays(SnapshotListener.Outcome.UNREADABLE);
    }

    @Test
    void from_a_state_of_an_older_version() {
        snapshotBecomes("schema_version = 1");
        replays(SnapshotListener.Outcome.OUTDATED);
    }

    @Test
    void from_a_state_of_a_newer_version() {
        snapshotBecomes("schema_version = 3");
        replays(SnapshotListener.Outcome.OUTDATED);
    }

    @Test
    void from_a_snapshot_ahead_of_its_stream() {
        snapshotBecomes("version = 7, event_id = '" + UUID.randomUUID() + "'");
        replays(SnapshotListener.Outcome.AHEAD);
    }

    @Test
    void from_a_snapshot_of_a_history_that_a_restore_has_undone_although_the_stream_has_grown_beyond_it() {
        snapshotBecomes(
                "version = 2, state = '{\"amount\": 1000, \"bookings\": 2, \"currency\": \"EUR\"}', event_id = '"
                        + UUID.randomUUID() + "'");
        replays(SnapshotListener.Outcome.AHEAD);
    }

    @Test
    void replaces_what_cannot_be_used_by_the_next_snapshot_even_if_that_has_a_lower_version() {
        snapshotBecomes("version = 70, event_id = '" + UUID.randomUUID() + "'");

        deposit(every(1), 4);

        assertThat(snapshotVersion()).isEqualTo(4);
        assertThat(manual().load(id).state()).isEqualTo(new Ledger.Balance(10, 4));
        assertThat(count(SnapshotListener.Outcome.USED)).isOne();
    }

    @Test
    void warns_once_for_each_type_and_reason() {
        Logger logger = (Logger) LoggerFactory.getLogger(Snapshots.class);
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        appender.start();
        logger.addAppender(appender);
        logger.setAdditive(false);
        logger.setLevel(Level.WARN);
        try {
            AggregateRepository<Ledger> ledgers = manual();
            snapshotBecomes("state = '[]'");
            ledgers.load(id);
            ledgers.load(id);
            database.jdbc().update("UPDATE eventsource.snapshots SET schema_version = 9 WHERE aggregate_id = ?", id);
            ledgers.load(id);
            ledgers.load(id);
        } finally {
            logger.setLevel(null);
            logger.setAdditive(true);
            logger.detachAppender(appender);
        }

        assertThat(count(SnapshotListener.Outcome.UNREADABLE)).isEqualTo(2);
        assertThat(appender.list)
                .hasSize(2)
                .allSatisfy(event -> assertThat(event.getLevel()).isEqualTo(Level.WARN))
                .extracting(ILoggingEvent::getFormattedMessage)
                .allSatisfy(message -> assertThat(message).contains("ledger", id.toString()));
    }
}
