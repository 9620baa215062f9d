package io.eventsource.store;

import io.eventsource.EventSourceException;
import java.io.Serial;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The database did not take an append, for a reason that the same append will meet again until something is changed. Nothing of it is stored, and
 * inside a transaction nothing else of that transaction can be committed. Its cause, if any, is what the database answered.
 *
 * <p>What may pass by itself arrives as Spring's exceptions: a lost connection or a server that is shutting down (the outcome is unknown),
 * a timeout, a lock that is not to be had, a deadlock.
 */
public final class AppendFailedException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** The transaction or the session is read-only, or the server is a standby. */
        READ_ONLY(
                "the transaction is read-only. Take readOnly = true from the @Transactional around it; otherwise the server is a standby, or default_transaction_read_only is on"),
        /** An earlier statement of the transaction has failed, and PostgreSQL takes no further one. */
        TRANSACTION_ABORTED(
                "an earlier statement of this transaction has failed, and PostgreSQL ignores all others until it ends. Let that failure end the transaction, or put the statement that may fail into a nested transaction"),
        /**
         * The transaction in which the stream was advanced is over: somebody has ended it on the connection itself, or has rolled back a
         * savepoint from before its first append.
         */
        TRANSACTION_REPLACED(
                "the transaction that it belongs to was committed or rolled back on the connection itself, or it was undone by a savepoint that was set before the first append. Leave that to Spring. If it was a commit, the stream's version is now beyond its last event: docs/operations.md says how to find and mend such streams"),
        /** The append was undone by a savepoint that was set after another append and rolled back on the connection itself. */
        SAVEPOINT_UNDONE(
                "it was undone by a savepoint that was rolled back on the connection itself. Roll back savepoints through Spring (nested transactions, TransactionStatus), or set eventsource.append.timing to immediate"),
        /** The position that the sequence handed out has an event: the sequence was set back. */
        POSITION_USED(
                "the position that the sequence handed out has an event already: the sequence was set back. Stop appending, and as the owner of the tables run repair_positions(true), see docs/operations.md"),
        /** The stream's row is behind its events. */
        VERSION_USED(
                "an event of this version is stored already, although the stream's row says that it is not: event_streams does not fit events. Restore both tables from one backup"),
        /** The sequence has no further position. */
        NO_POSITION_LEFT(
                "the sequence of positions has reached its maximum. ALTER SEQUENCE events_position_seq NO MAXVALUE"),
        /** The user lacks a right. */
        NO_PRIVILEGE("the database user lacks a right. Run docs/roles.sql, or grant what the cause names"),
        /** A table, column or function of the library is not there. */
        NOT_MIGRATED(
                "a table, column or function is not in the database. Set eventsource.migration.enabled=true, or have an administrator run db/eventsource-schema.sql; check eventsource.schema"),
        /** The server has no disk space or memory left for it. */
        RESOURCES_EXHAUSTED("the server has no disk space or memory left for it. Free some, then append again");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        /** Whether every other append at the same time fails for it too. */
        boolean concernsAll() {
            return this == READ_ONLY || this == POSITION_USED || this == NO_POSITION_LEFT;
        }
    }

    private final Reason reason;
    private final String aggregateType;
    private final UUID aggregateId;

    AppendFailedException(StreamAppend append, Reason reason, @Nullable Throwable cause) {
        super(
                "The append to %s %s was not stored: %s."
                        .formatted(append.aggregateType(), append.aggregateId(), reason.text),
                cause);
        this.reason = reason;
        this.aggregateType = append.aggregateType();
        this.aggregateId = append.aggregateId();
    }

    /** The same failure of another append that shared the statement. */
    AppendFailedException of(StreamAppend other) {
        return new AppendFailedException(other, reason, getCause());
    }

    /**
     * Why it was not stored.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }

    /**
     * The type of the stream, as the caller named it.
     *
     * @return the type
     */
    public String aggregateType() {
        return aggregateType;
    }

    /**
     * The stream; of several appended to at once, the first of them.
     *
     * @return the aggregate's id
     */
    public UUID aggregateId() {
        return aggregateId;
    }
}
