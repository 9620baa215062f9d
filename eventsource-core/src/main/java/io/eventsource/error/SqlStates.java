package io.eventsource.error;

import static io.eventsource.error.ErrorCategory.APPLICATION;
import static io.eventsource.error.ErrorCategory.INFRASTRUCTURE;
import static io.eventsource.error.ErrorCategory.PERMANENT;
import static io.eventsource.error.ErrorCategory.TRANSIENT;
import static io.eventsource.error.ErrorSeverity.CRITICAL;
import static io.eventsource.error.ErrorSeverity.HIGH;
import static io.eventsource.error.ErrorSeverity.LOW;
import static io.eventsource.error.ErrorSeverity.MEDIUM;
import static java.util.Map.entry;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What SQLStates mean, by appendix A of PostgreSQL's documentation ("PostgreSQL Error Codes"): whole codes before their classes. */
final class SqlStates {

    private static final int CLASS_LENGTH = 2;

    private static final Map<String, ErrorClassification> CODES = Map.ofEntries(
            entry(
                    "25006",
                    new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // read-only: a standby, or a full disk's guard
            entry("25P03", new ErrorClassification(TRANSIENT, HIGH)), // idle in transaction for too long
            entry("25P04", new ErrorClassification(TRANSIENT, HIGH)), // transaction timeout
            entry("42501", new ErrorClassification(PERMANENT, CRITICAL)), // insufficient privilege
            entry("42P01", new ErrorClassification(PERMANENT, CRITICAL)), // undefined table
            entry("42703", new ErrorClassification(PERMANENT, CRITICAL)), // undefined column
            entry("57014", new ErrorClassification(TRANSIENT, MEDIUM)), // statement timeout or cancelled
            entry("57P01", new ErrorClassification(INFRASTRUCTURE, HIGH)), // admin shutdown
            entry("57P02", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // crash shutdown
            entry("57P03", new ErrorClassification(INFRASTRUCTURE, HIGH)), // cannot connect now
            entry("57P04", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // database dropped
            entry("57P05", new ErrorClassification(INFRASTRUCTURE, MEDIUM))); // idle session timeout

    private static final Map<String, ErrorClassification> CLASSES = Map.ofEntries(
            entry("08", new ErrorClassification(INFRASTRUCTURE, HIGH)), // connection
            entry("0A", new ErrorClassification(PERMANENT, HIGH)), // feature not supported
            entry("21", new ErrorClassification(PERMANENT, HIGH)), // cardinality
            entry("22", new ErrorClassification(PERMANENT, MEDIUM)), // data
            entry("23", new ErrorClassification(PERMANENT, MEDIUM)), // integrity constraint
            entry("25", new ErrorClassification(APPLICATION, HIGH)), // transaction state
            entry("28", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // authorization
            entry("3D", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // no such database
            entry("40", new ErrorClassification(TRANSIENT, LOW)), // serialization, deadlock
            entry("42", new ErrorClassification(PERMANENT, HIGH)), // syntax or access rule
            entry("44", new ErrorClassification(PERMANENT, MEDIUM)), // check option
            entry("53", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // disk, memory, connections
            entry("54", new ErrorClassification(PERMANENT, HIGH)), // program limit
            entry("55", new ErrorClassification(TRANSIENT, LOW)), // in use, lock not available
            entry("57", new ErrorClassification(INFRASTRUCTURE, HIGH)), // operator intervention
            entry("58", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // I/O
            entry("F0", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // configuration file
            entry("P0", new ErrorClassification(APPLICATION, MEDIUM)), // raised in PL/pgSQL
            entry("XX", new ErrorClassification(INFRASTRUCTURE, CRITICAL))); // internal, corrupted

    private SqlStates() {}

    static @Nullable ErrorClassification classify(@Nullable String state) {
        if (state == null || state.length() < CLASS_LENGTH) {
            return null;
        }
        ErrorClassification byCode = CODES.get(state);
        return byCode == null ? CLASSES.get(state.substring(0, CLASS_LENGTH)) : byCode;
    }
}
