package io.eventsource.error;

import static io.eventsource.error.ErrorClassification.Category.APPLICATION;
import static io.eventsource.error.ErrorClassification.Category.INFRASTRUCTURE;
import static io.eventsource.error.ErrorClassification.Category.PERMANENT;
import static io.eventsource.error.ErrorClassification.Category.TRANSIENT;
import static io.eventsource.error.ErrorClassification.Severity.CRITICAL;
import static io.eventsource.error.ErrorClassification.Severity.HIGH;
import static io.eventsource.error.ErrorClassification.Severity.LOW;
import static io.eventsource.error.ErrorClassification.Severity.MEDIUM;
import static java.util.Map.entry;

import io.eventsource.failure.ServerAnswer;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.ServerErrorMessage;

/**
 * What SQLStates mean, by appendix A of PostgreSQL's documentation ("PostgreSQL Error Codes"): whole codes before their classes.
 *
 * <p>The category is {@link ErrorClassification.Category#INFRASTRUCTURE} only where the error cannot depend on the event, since reading stops then until the same
 * event is handled. What may come from a value, or from a statement that is built for a value (an empty list, an untyped null), is the event's:
 * if the ground is at fault after all, reading stops after some aggregates by {@link SameCause}.
 *
 * <p>One code may say both. Then fields of the server's answer decide ({@link ServerAnswer}), and without a proof it is the event's.
 */
final class SqlStates {

    private static final int CLASS_LENGTH = 2;
    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final Set<String> ROW_POLICY_CHECK = Set.of("ExecWithCheckOptions");

    /** A plan of a changed table, and a materialized view that is not populated. */
    private static final Set<String> STATE_OF_RELATION = Set.of("RevalidateCachedQuery", "ExecOpenScanRelation");

    private static final ErrorClassification REFUSED_ROW = new ErrorClassification(PERMANENT, MEDIUM);
    private static final ErrorClassification OF_THE_EVENT = new ErrorClassification(APPLICATION, HIGH);

    /** What is not the event's where the server's answer proves it. */
    private static final Map<String, ErrorClassification> PROVEN = Map.of(
            "0A000", new ErrorClassification(INFRASTRUCTURE, HIGH), // cached plan of a changed table
            "42703", new ErrorClassification(INFRASTRUCTURE, CRITICAL), // undefined column
            "42809", new ErrorClassification(INFRASTRUCTURE, CRITICAL), // wrong kind of object
            "42P01", new ErrorClassification(INFRASTRUCTURE, CRITICAL), // undefined table
            "55000", new ErrorClassification(INFRASTRUCTURE, HIGH)); // not populated

    private static final Map<String, ErrorClassification> CODES = Map.ofEntries(
            entry(
                    "25006",
                    new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // read-only: a standby, or a full disk's guard
            entry("25P03", new ErrorClassification(TRANSIENT, HIGH)), // idle in transaction for too long
            entry("25P04", new ErrorClassification(TRANSIENT, HIGH)), // transaction timeout
            entry("40002", new ErrorClassification(PERMANENT, MEDIUM)), // integrity constraint at the commit
            entry("42501", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // insufficient privilege
            entry("428C9", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // column that is generated always
            entry("42P05", new ErrorClassification(INFRASTRUCTURE, HIGH)), // prepared statement exists: a pooler
            entry("42P10", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // no unique index for ON CONFLICT
            entry("53200", new ErrorClassification(TRANSIENT, CRITICAL)), // out of memory, for a large value perhaps
            entry("53400", OF_THE_EVENT), // configured limit, such as one of temporary files
            entry("55000", OF_THE_EVENT), // not in the state that is needed: a record, a sequence
            entry("55P02", OF_THE_EVENT), // parameter that cannot be set now, which a value may name
            entry("57014", new ErrorClassification(TRANSIENT, MEDIUM)), // statement timeout or cancelled
            entry("57P01", new ErrorClassification(INFRASTRUCTURE, HIGH)), // admin shutdown
            entry("57P02", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // crash shutdown
            entry("57P03", new ErrorClassification(INFRASTRUCTURE, HIGH)), // cannot connect now
            entry("57P04", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // database dropped
            entry("57P05", new ErrorClassification(INFRASTRUCTURE, MEDIUM)), // idle session timeout
            entry("58P01", OF_THE_EVENT), // undefined file, which a value may name
            entry("HV00N", new ErrorClassification(INFRASTRUCTURE, HIGH)), // no connection to a foreign server
            entry("XX001", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // corrupted data
            entry("XX002", new ErrorClassification(INFRASTRUCTURE, CRITICAL))); // corrupted index

    private static final Map<String, ErrorClassification> CLASSES = Map.ofEntries(
            entry("07", new ErrorClassification(APPLICATION, MEDIUM)), // dynamic SQL: a value that has no type
            entry("08", new ErrorClassification(INFRASTRUCTURE, HIGH)), // connection
            entry("09", new ErrorClassification(APPLICATION, MEDIUM)), // triggered action
            entry("0A", OF_THE_EVENT), // feature not supported: a unit of time
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
            entry("3F", OF_THE_EVENT), // no such schema, which a value may name
            entry("40", new ErrorClassification(TRANSIENT, LOW)), // serialization, deadlock
            entry("42", OF_THE_EVENT), // syntax, types and names
            entry("44", new ErrorClassification(PERMANENT, MEDIUM)), // check option
            entry("53", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // disk, memory, connections
            entry("54", new ErrorClassification(PERMANENT, HIGH)), // program limit: an index row, a text, a depth
            entry("55", new ErrorClassification(TRANSIENT, LOW)), // in use, lock not available
            entry("57", new ErrorClassification(INFRASTRUCTURE, HIGH)), // operator termination
            entry("58", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // I/O
            entry("72", new ErrorClassification(TRANSIENT, LOW)), // snapshot too old
            entry("F0", new ErrorClassification(INFRASTRUCTURE, CRITICAL)), // configuration file
            entry("HV", OF_THE_EVENT), // foreign data
            entry("P0", new ErrorClassification(APPLICATION, MEDIUM)), // raised in PL/pgSQL
            entry("XX", OF_THE_EVENT)); // internal, which extensions raise for data

    private SqlStates() {}

    static @Nullable ErrorClassification classify(SQLException error) {
        String state = error.getSQLState();
        if (state == null || state.length() < CLASS_LENGTH) {
            return null;
        }
        ServerErrorMessage answer = ServerAnswer.of(error);
        if (state.equals(INSUFFICIENT_PRIVILEGE) && ServerAnswer.isBy(answer, ROW_POLICY_CHECK)) {
            return REFUSED_ROW;
        }
        ErrorClassification found = byState(state, answer);
        return found != null && found.category() == INFRASTRUCTURE && ServerAnswer.isRaised(answer)
                ? OF_THE_EVENT
                : found;
    }

    private static @Nullable ErrorClassification byState(String state, @Nullable ServerErrorMessage answer) {
        ErrorClassification proven = PROVEN.get(state);
        if (proven != null
                && (ServerAnswer.namesPartOfStatement(answer) || ServerAnswer.isBy(answer, STATE_OF_RELATION))) {
            return proven;
        }
        ErrorClassification byCode = CODES.get(state);
        return byCode == null ? CLASSES.get(state.substring(0, CLASS_LENGTH)) : byCode;
    }
}
