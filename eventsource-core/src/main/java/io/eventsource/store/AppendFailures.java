package io.eventsource.store;

import io.eventsource.log.HighWaterMark;
import io.eventsource.store.AppendFailedException.Reason;
import java.sql.SQLException;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;

/** What the database's answer to an append means: the one place that tells, by SQLState and by the name of a constraint. */
final class AppendFailures {

    private static final String SERIALIZATION_FAILURE = "40001";
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final String UNIQUE_VIOLATION = "23505";

    private AppendFailures() {}

    /** Runs an action, and throws what its failure means. The high-water mark learns of a used position. */
    static <T> T translating(StreamAppend append, HighWaterMark mark, Supplier<@Nullable T> action) {
        try {
            return Objects.requireNonNull(action.get());
        } catch (DataAccessException failure) {
            RuntimeException translated = translate(append, failure);
            if (translated instanceof AppendFailedException failed && failed.reason() == Reason.POSITION_USED) {
                mark.meetUsedPosition();
            }
            throw translated;
        }
    }

    private static RuntimeException translate(StreamAppend append, DataAccessException failure) {
        SQLException answer = answer(failure);
        // where there was no connection nothing was sent: whatever state it carries is the server's answer to the login
        if (failure instanceof CannotGetJdbcConnectionException || answer == null) {
            return failure;
        }
        String state = String.valueOf(answer.getSQLState());
        if (state.equals(SERIALIZATION_FAILURE)) {
            return new VersionConflictException(append, failure);
        }
        if (state.equals(LOCK_NOT_AVAILABLE)) {
            // Spring does not know PostgreSQL's state
            return new CannotAcquireLockException(
                    "A lock for the append to %s %s was not to be had within lock_timeout. Append again"
                            .formatted(append.aggregateType(), append.aggregateId()),
                    failure);
        }
        Reason reason = state.equals(UNIQUE_VIOLATION) ? ofConstraint(answer) : ofState(state);
        return reason == null ? failure : new AppendFailedException(append, reason, failure);
    }

    /** The first that is the driver's; behind one that ignores commands the driver puts the failure before it. */
    private static @Nullable SQLException answer(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof SQLException answer) {
                return answer;
            }
        }
        return null;
    }

    private static @Nullable Reason ofState(String state) {
        return switch (state) {
            case "25006" -> Reason.READ_ONLY;
            case "25P02" -> Reason.TRANSACTION_ABORTED;
            // raised by insert_deferred_events
            case "25000" -> Reason.SAVEPOINT_UNDONE;
            case "2200H" -> Reason.NO_POSITION_LEFT;
            case "42501" -> Reason.NO_PRIVILEGE;
            case "42P01", "42703", "42883", "42704", "3F000" -> Reason.NOT_MIGRATED;
            case "53000", "53100", "53200", "53400" -> Reason.RESOURCES_EXHAUSTED;
            default -> null;
        };
    }

    private static @Nullable Reason ofConstraint(SQLException violation) {
        ServerErrorMessage message = violation instanceof PSQLException answer ? answer.getServerErrorMessage() : null;
        String constraint = message == null ? null : message.getConstraint();
        if (constraint == null) {
            return null;
        }
        return switch (constraint) {
            case "events_pkey" -> Reason.POSITION_USED;
            case "events_aggregate_id_version_key" -> Reason.VERSION_USED;
            default -> null;
        };
    }
}
