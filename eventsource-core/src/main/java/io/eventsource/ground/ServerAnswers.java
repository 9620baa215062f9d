package io.eventsource.ground;

import io.eventsource.failure.CauseChain;
import io.eventsource.ground.GroundReport.Finding;
import io.eventsource.ground.GroundReport.Severity;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.UncategorizedSQLException;

/** Tells a server that answers with an error from one that is out of reach. */
final class ServerAnswers {

    private static final String NO_STATE = "none";

    private ServerAnswers() {}

    /** The SQLState of the answer, or null when nobody has answered, or the session was ended. */
    static @Nullable String state(DataAccessException failure) {
        if (failure instanceof CannotGetJdbcConnectionException) {
            return null;
        }
        for (Throwable each : CauseChain.of(failure)) {
            if (each instanceof SQLException answer && answer.getSQLState() != null) {
                String state = answer.getSQLState();
                return state.startsWith("08") || state.startsWith("57P") ? null : state;
            }
        }
        return failure instanceof BadSqlGrammarException || failure instanceof UncategorizedSQLException
                ? NO_STATE
                : null;
    }

    /** That something could not be asked. */
    static Finding unknown(String what, String state) {
        return new Finding(
                GroundReport.UNKNOWN,
                Severity.WARN,
                "The server answered with SQLSTATE %s when it was asked about %s".formatted(state, what),
                "What of it differs from what the guarantees assume is not noticed",
                "Look into the server's log for the statement that failed, and give this user back what it names");
    }
}
