package io.eventsource.failure;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What the server itself says of an error, in fields that hold no data: where in the statement, and by which routine of its own. Not read is its
 * message, which may quote data and which is translated.
 */
public final class ServerAnswer {

    private static final String NO_CONNECTION = "08000";

    /** Where the server's parser finds that the statement names a table, column, function or operator that is not there. */
    private static final Set<String> PARSER = Set.of(
            "parserOpenTable",
            "errorMissingRTE",
            "errorMissingColumn",
            "checkInsertTargets",
            "transformUpdateTargetList",
            "ParseFuncOrColumn",
            "op_error");

    private static final String RAISE = "exec_stmt_raise";

    private ServerAnswer() {}

    /**
     * The SQLStates of an error and its causes.
     *
     * @param failure the error
     * @return the states, from the outside in; of an error of JDBC without one, such as a pool's time-out, that of a connection that failed
     */
    public static List<String> states(Throwable failure) {
        return CauseChain.of(failure).stream()
                .filter(SQLException.class::isInstance)
                .map(SQLException.class::cast)
                .map(error -> Objects.requireNonNullElse(error.getSQLState(), NO_CONNECTION))
                .toList();
    }

    /**
     * The answer of the server, which the driver puts behind an exception of its own when a batch fails.
     *
     * @param error an error of JDBC
     * @return what the server said; null where the driver or the pool has raised the error
     */
    public static @Nullable ServerErrorMessage of(SQLException error) {
        for (Throwable each : CauseChain.of(error)) {
            ServerErrorMessage own = own(each);
            if (own != null) {
                return own;
            }
        }
        return error instanceof BatchUpdateException && error.getNextException() != null
                ? own(error.getNextException())
                : null;
    }

    private static @Nullable ServerErrorMessage own(Throwable error) {
        return error instanceof PSQLException psql ? psql.getServerErrorMessage() : null;
    }

    /**
     * Whether the error is of a name that stands in the text of the statement, and so of none that a value gives: not one that is cast
     * ({@code ?::regclass}), and not one that a function puts into a statement of its own.
     *
     * @param answer what the server said
     * @return true when the server's parser has raised it and points into the statement
     */
    public static boolean namesPartOfStatement(@Nullable ServerErrorMessage answer) {
        return answer != null && answer.getPosition() > 0 && isBy(answer, PARSER);
    }

    /**
     * Whether a function or a trigger has raised the error by a statement {@code RAISE}, with whatever SQLSTATE and message.
     *
     * @param answer what the server said
     * @return true when PL/pgSQL says so
     */
    public static boolean isRaised(@Nullable ServerErrorMessage answer) {
        return isBy(answer, Set.of(RAISE));
    }

    /**
     * Whether one of some routines of the server has raised the error.
     *
     * @param answer what the server said
     * @param routines names of functions in the server's source
     * @return true when it was one of them
     */
    public static boolean isBy(@Nullable ServerErrorMessage answer, Set<String> routines) {
        return Stream.ofNullable(answer)
                .flatMap(each -> Stream.ofNullable(each.getRoutine()))
                .anyMatch(routines::contains);
    }
}
