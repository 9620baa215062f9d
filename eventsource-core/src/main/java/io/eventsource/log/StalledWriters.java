package io.eventsource.log;

import io.eventsource.EventSourceException;
import io.eventsource.event.OperatorNote;
import io.eventsource.jdbc.DetachedJdbc;
import io.eventsource.log.HighWaterMark.LogWriter;
import io.eventsource.log.StalledWriters.TerminatedTransaction.Outcome;
import io.eventsource.schema.EventSourceSchema;
import java.io.Serial;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * For operators: names the transactions that hold back the log, and ends one of them on somebody's word. Nothing is ever
 * stepped over: the mark passes the gap because the transaction is over, and what it had appended is rolled back.
 *
 * <p>Ending takes three steps, each committed on its own whatever transaction the caller is in: the termination is recorded
 * with who and why; the transaction is ended, if it is still the same one; the outcome is recorded. A crash in between leaves
 * a row with the outcome {@code requested}.
 *
 * <p>The database user needs INSERT and SELECT on {@code terminated_transactions} and UPDATE of its outcome (the role
 * {@code eventsource_operator} of {@code docs/roles.sql}). To end a session it must be a member of that session's role, or of
 * {@code pg_signal_backend} and the session no superuser's; to roll back a prepared transaction, the user that prepared it or
 * a superuser. Thread-safe.
 */
public final class StalledWriters {

    private static final Duration END_WITHIN = Duration.ofSeconds(5);

    private static final String RECORD =
            """
            INSERT INTO {schema}.terminated_transactions (operator, reason, virtual_transaction, pid, prepared_gid, writer_user,
                   writer_application, writer_started_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id""";

    private static final String CONCLUDE =
            "UPDATE {schema}.terminated_transactions SET outcome = ?, outcome_at = clock_timestamp(), error = ? WHERE id = ?";

    /**
     * Looks and signals in one statement, so that hardly any time is left for the session to go on to other work. A virtual id
     * is not used twice while the server runs; over restarts the beginning of the transaction tells them apart, where it may
     * be seen.
     */
    private static final String TERMINATE =
            """
            SELECT pg_catalog.pg_terminate_backend(l.pid)
              FROM pg_catalog.pg_locks AS l
              LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
             WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.granted
               AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database())
               AND l.relation = '{schema}.events'::regclass
               AND l.pid = ? AND l.virtualtransaction = ?
               AND coalesce(a.xact_start = ?, true)""";

    private static final String PREPARED =
            """
            SELECT format('ROLLBACK PREPARED %L', p.gid) FROM pg_catalog.pg_prepared_xacts AS p
             WHERE p.gid = ? AND p.database = current_database() AND p.prepared = ?""";

    private static final Logger log = LoggerFactory.getLogger(StalledWriters.class);

    private final JdbcOperations jdbc;
    private final EventSourceSchema schema;
    private final LogEvidence evidence;

    /**
     * Creates it. No connection is opened.
     *
     * @param dataSource where the tables are
     * @param schema the schema that holds them
     */
    public StalledWriters(DataSource dataSource, EventSourceSchema schema) {
        this.jdbc = DetachedJdbc.on(dataSource);
        this.schema = schema;
        this.evidence = new PostgresLogEvidence(jdbc, schema);
    }

    /**
     * The open transactions that have written to the log, the oldest first.
     *
     * @return the transactions, empty when there are none
     * @throws DataAccessException when the database is out of reach
     */
    public List<LogWriter> list() {
        return evidence.describeWriters();
    }

    /**
     * Ends one of the transactions of {@link #list()}: a session's by ending the session, a prepared one by rolling it back.
     * Waits up to 5 seconds until it is over. What it had written, in all tables, is undone.
     *
     * @param writer the transaction, as it was listed
     * @param operator who wants it ended, for the record, within the bounds of {@link OperatorNote}
     * @param reason why, for the record, within the bounds of {@link OperatorNote}
     * @return the termination as it was recorded, with the outcome ended or signalled
     * @throws IllegalArgumentException when the operator or the reason is out of bounds, or the writer has neither a pid nor a gid;
     *     nothing is recorded
     * @throws TransactionTerminationException when this transaction is over already, so that nobody was touched, or when the database
     *     refused; it is recorded
     * @throws DataAccessException when the database is out of reach, or the termination cannot be recorded; then nothing was
     *     ended
     */
    public TerminatedTransaction end(LogWriter writer, String operator, String reason) {
        OperatorNote note = new OperatorNote(operator, reason);
        if (writer.pid() == null && writer.preparedGid() == null) {
            throw new IllegalArgumentException(
                    "%s has neither a process nor a global id. List the writers again.".formatted(writer));
        }
        long id = record(writer, note);
        Outcome outcome;
        try {
            outcome = act(writer);
        } catch (DataAccessException failure) {
            String error = String.valueOf(failure.getMostSpecificCause().getMessage());
            throw refused(
                    conclude(new TerminatedTransaction(id, writer, operator, reason, Outcome.FAILED, error)), failure);
        }
        TerminatedTransaction done = conclude(new TerminatedTransaction(id, writer, operator, reason, outcome, null));
        if (outcome == Outcome.GONE) {
            throw new TransactionTerminationException(
                    "%s is over already, nobody was touched. List the writers again.".formatted(describe(writer)),
                    done,
                    null);
        }
        log.warn("{} has ended {} that held back the log: {}", operator, describe(writer), reason);
        return done;
    }

    private static String describe(LogWriter writer) {
        return writer.pid() == null
                ? "The prepared transaction '%s'".formatted(writer.preparedGid())
                : "Transaction %s of process %d".formatted(writer.virtualTransaction(), writer.pid());
    }

    private static TransactionTerminationException refused(TerminatedTransaction failed, DataAccessException cause) {
        return new TransactionTerminationException(
                "%s could not be ended: %s. What this takes: membership in the role of its session or in pg_signal_backend; for a prepared transaction, being its user or a superuser."
                        .formatted(describe(failed.writer()), failed.error()),
                failed,
                cause);
    }

    private long record(LogWriter writer, OperatorNote note) {
        return Objects.requireNonNull(jdbc.queryForObject(
                schema.sql(RECORD),
                Long.class,
                note.operator(),
                note.reason(),
                writer.virtualTransaction(),
                writer.pid(),
                writer.preparedGid(),
                writer.user(),
                writer.application(),
                timestamp(writer.startedAt())));
    }

    private static @Nullable OffsetDateTime timestamp(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    private TerminatedTransaction conclude(TerminatedTransaction termination) {
        jdbc.update(schema.sql(CONCLUDE), termination.outcome().stored(), termination.error(), termination.id());
        return termination;
    }

    private Outcome act(LogWriter writer) {
        if (writer.pid() == null) {
            List<String> statements =
                    jdbc.queryForList(PREPARED, String.class, writer.preparedGid(), timestamp(writer.startedAt()));
            statements.forEach(jdbc::execute);
            return statements.isEmpty() ? Outcome.GONE : Outcome.ENDED;
        }
        List<Boolean> signalled = jdbc.queryForList(
                schema.sql(TERMINATE),
                Boolean.class,
                writer.pid(),
                writer.virtualTransaction(),
                timestamp(writer.startedAt()));
        if (!signalled.contains(true)) {
            return Outcome.GONE;
        }
        return overInTime(writer) ? Outcome.ENDED : Outcome.SIGNALLED;
    }

    private boolean overInTime(LogWriter writer) {
        long deadline = System.nanoTime() + END_WITHIN.toNanos();
        boolean open = evidence.writers().contains(writer.virtualTransaction());
        while (open && System.nanoTime() < deadline) {
            jdbc.queryForList("SELECT pg_catalog.pg_sleep(0.02)");
            open = evidence.writers().contains(writer.virtualTransaction());
        }
        return !open;
    }

    /**
     * An attempt to end a transaction that held back the log, as it stands in {@code terminated_transactions}.
     *
     * @param id the row's key
     * @param writer the transaction as the operator saw it
     * @param operator who wanted it ended
     * @param reason why
     * @param outcome what came of it
     * @param error what the database said when it failed, null otherwise
     */
    public record TerminatedTransaction(
            long id, LogWriter writer, String operator, String reason, Outcome outcome, @Nullable String error) {

        /** What came of a termination. */
        public enum Outcome {
            /** It is over: its positions are dead, its events are not there. */
            ENDED,
            /** Its session was told to end and had not done so 5 seconds later; it will when the server process can. */
            SIGNALLED,
            /** There was no such transaction any more; nobody was touched. */
            GONE,
            /** The database refused, or was lost: then look whether it is over. */
            FAILED;

            String stored() {
                return name().toLowerCase(Locale.ROOT);
            }
        }
    }

    /** A transaction that holds back the log was not ended. The attempt is recorded. */
    public static final class TransactionTerminationException extends EventSourceException {

        @Serial
        private static final long serialVersionUID = 1L;

        private final transient TerminatedTransaction termination;

        TransactionTerminationException(String message, TerminatedTransaction termination, @Nullable Throwable cause) {
            super(message, cause);
            this.termination = termination;
        }

        /**
         * The attempt.
         *
         * @return as it was recorded; its outcome is gone or failed
         */
        public TerminatedTransaction termination() {
            return termination;
        }
    }
}
