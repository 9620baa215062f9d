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

import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What SQLStates mean, by appendix A of PostgreSQL's documentation ("PostgreSQL Error Codes"): whole codes before their classes. The question
 * is each time whether another event would meet the same error. Then the category is {@link ErrorCategory#INFRASTRUCTURE}.
 *
 * <p>Class 42 says that a statement does not fit the database: a table, a column, a right is missing. That does not depend on the event, with two
 * exceptions. A row that a policy of row-level security refuses has the state of a missing right. And the text of a value may be parsed when the statement
 * runs (a text search query, a path, a name), which fails with codes of this class too; the server then names no place in the statement.
 */
final class SqlStates {

    private static final int CLASS_LENGTH = 2;
    private static final String SYNTAX_OR_ACCESS = "42";
    private static final String ROW_POLICY_CHECK = "ExecWithCheckOptions";

    private static final ErrorClassification OF_THE_VALUE = new ErrorClassification(PERMANENT, HIGH);
    private static final ErrorClassification REFUSED_ROW = new ErrorClassification(PERMANENT, MEDIUM);

    private static final Map<String, ErrorClassification> CODES = Map.ofEntries(
            entry(
                    "25006",
                    new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // read-only: a standby, or a full disk's guard
            entry("25P03", new ErrorClassification(TRANSIENT, HIGH)), // idle in transaction for too long
            entry("25P04", new ErrorClassification(TRANSIENT, HIGH)), // transaction timeout
            entry("40002", new ErrorClassification(PERMANENT, MEDIUM)), // integrity constraint at the commit
            entry("42501", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // insufficient privilege
            entry("42703", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // undefined column
            entry("42704", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // undefined object
            entry("42883", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // undefined function
            entry("428C9", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // column that is generated always
            entry("42809", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // wrong kind of object
            entry("42P01", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // undefined table
            entry("42P05", new ErrorClassification(INFRASTRUCTURE, HIGH)), // prepared statement exists: a pooler
            entry("42P10", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // no unique index for ON CONFLICT
            entry("55000", new ErrorClassification(INFRASTRUCTURE, HIGH)), // not in the state that is needed
            entry("55P02", new ErrorClassification(INFRASTRUCTURE, HIGH)), // parameter that cannot be set now
            entry("57014", new ErrorClassification(TRANSIENT, MEDIUM)), // statement timeout or cancelled
            entry("57P01", new ErrorClassification(INFRASTRUCTURE, HIGH)), // admin shutdown
            entry("57P02", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // crash shutdown
            entry("57P03", new ErrorClassification(INFRASTRUCTURE, HIGH)), // cannot connect now
            entry("57P04", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // database dropped
            entry("57P05", new ErrorClassification(INFRASTRUCTURE, MEDIUM))); // idle session timeout

    private static final Map<String, ErrorClassification> CLASSES = Map.ofEntries(
            entry("08", new ErrorClassification(INFRASTRUCTURE, HIGH)), // connection
            entry("09", new ErrorClassification(APPLICATION, MEDIUM)), // triggered action
            entry("0A", new ErrorClassification(INFRASTRUCTURE, HIGH)), // feature not supported, cached plan
            entry("0B", new ErrorClassification(APPLICATION, HIGH)), // beginning a transaction
            entry("0L", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // grantor
            entry("0P", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // role
            entry("20", new ErrorClassification(PERMANENT, MEDIUM)), // case not found
            entry("21", new ErrorClassification(PERMANENT, HIGH)), // cardinality
            entry("22", new ErrorClassification(PERMANENT, MEDIUM)), // data
            entry("23", new ErrorClassification(PERMANENT, MEDIUM)), // integrity constraint
            entry("25", new ErrorClassification(APPLICATION, HIGH)), // transaction state
            entry("26", new ErrorClassification(INFRASTRUCTURE, HIGH)), // no such prepared statement: a pooler
            entry("27", new ErrorClassification(PERMANENT, MEDIUM)), // triggered data change
            entry("28", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // authorization
            entry("2B", new ErrorClassification(INFRASTRUCTURE, HIGH)), // dependent privileges
            entry("2D", new ErrorClassification(APPLICATION, HIGH)), // ending a transaction
            entry("2F", new ErrorClassification(APPLICATION, MEDIUM)), // SQL routine
            entry("34", new ErrorClassification(INFRASTRUCTURE, HIGH)), // no such cursor: a pooler
            entry("38", new ErrorClassification(APPLICATION, MEDIUM)), // external routine
            entry("39", new ErrorClassification(APPLICATION, MEDIUM)), // calling an external routine
            entry("3B", new ErrorClassification(APPLICATION, HIGH)), // savepoint
            entry("3D", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // no such database
            entry("3F", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // no such schema
            entry("40", new ErrorClassification(TRANSIENT, LOW)), // serialization, deadlock
            entry("42", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // syntax or access rule
            entry("44", new ErrorClassification(PERMANENT, MEDIUM)), // check option
            entry("53", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // disk, memory, connections
            entry("54", new ErrorClassification(PERMANENT, HIGH)), // program limit: an index row, a text, a depth
            entry("55", new ErrorClassification(TRANSIENT, LOW)), // in use, lock not available
            entry("57", new ErrorClassification(INFRASTRUCTURE, HIGH)), // operator intervention
            entry("58", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // I/O
            entry("72", new ErrorClassification(TRANSIENT, LOW)), // snapshot too old
            entry("F0", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // configuration file
            entry("HV", new ErrorClassification(INFRASTRUCTURE, HIGH)), // foreign server
            entry("P0", new ErrorClassification(APPLICATION, MEDIUM)), // raised in PL/pgSQL
            entry("XX", new ErrorClassification(INFRASTRUCTURE, CRITICAL))); // internal, corrupted

    private SqlStates() {}

    static @Nullable ErrorClassification classify(SQLException error) {
        String state = error.getSQLState();
        if (state == null || state.length() < CLASS_LENGTH) {
            return null;
        }
        ServerErrorMessage answer = error instanceof PSQLException psql ? psql.getServerErrorMessage() : null;
        if (state.startsWith(SYNTAX_OR_ACCESS)) {
            if (answer != null && ROW_POLICY_CHECK.equals(answer.getRoutine())) {
                return REFUSED_ROW;
            }
            if (!CODES.containsKey(state) && !namesPlace(answer)) {
                return OF_THE_VALUE;
            }
        }
        ErrorClassification byCode = CODES.get(state);
        return byCode == null ? CLASSES.get(state.substring(0, CLASS_LENGTH)) : byCode;
    }

    /** Whether the server points into the statement, or into one of a function. */
    private static boolean namesPlace(@Nullable ServerErrorMessage answer) {
        return answer != null && (answer.getPosition() > 0 || answer.getInternalPosition() > 0);
    }
}
