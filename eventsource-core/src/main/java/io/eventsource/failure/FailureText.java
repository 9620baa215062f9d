package io.eventsource.failure;

import io.eventsource.EventSourceException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.ServerErrorMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.transaction.TransactionException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.PropertyBindingException;

/**
 * Says of an error what may stand in a log, a span, a health detail or the answer of an endpoint: no data of events, rows or messages.
 *
 * <p>That is: the classes of the error and its causes, the SQLState, the names of constraint, table and column that the server gives, and frames.
 * Messages are left out, since they quote data ({@code Key (email)=(…) already exists}, {@code invalid input syntax for type integer: "…"}), but for
 * those of errors that are known not to: this library's, a missing class, a missing table or right. Of the network it is said what failed, and not
 * with which host, since an event may have named it; behind an error of JDBC it is the database's host, which is said. Of a missing bean the type
 * is said, and not the name. What a handler's own exception says is left out as well.
 *
 * <p>The logger {@value #DATA_LOGGER} decides for the log alone: at the level {@code TRACE}, errors are logged as they are, with all their messages.
 * Spans, health and endpoints never show them. Thread-safe.
 */
public final class FailureText {

    /** The logger whose level {@code TRACE} permits data in the log. */
    public static final String DATA_LOGGER = "io.eventsource.data";

    private static final Logger data = LoggerFactory.getLogger(DATA_LOGGER);

    private static final int MAX_LENGTH = 2_000;

    /** Classes of SQLStates whose text names objects, roles, hosts and limits, and no value. */
    private static final Set<String> NAMING =
            Set.of("08", "0L", "0P", "25", "26", "28", "34", "3D", "3F", "40", "42", "53", "55", "57", "72");

    /** The text quotes the statement or a value: one that was to be parsed, or that names an object or a setting. */
    private static final Set<String> QUOTING = Set.of("3F000", "42601", "42602", "42622", "42704", "55000", "55P02");

    /** The text names an object, which a value may have named. */
    private static final Set<String> NAMING_A_VALUE_PERHAPS = Set.of("42703", "42809", "42883", "42P01");

    private static final Set<String> NAMES_VIEW = Set.of("ExecOpenScanRelation");

    private static final List<Class<? extends Throwable>> PLAIN = List.of(
            LinkageError.class,
            OutOfMemoryError.class,
            StackOverflowError.class,
            TypeNotPresentException.class,
            SQLTransientConnectionException.class);

    private static final List<Class<? extends Throwable>> OF_NETWORK = List.of(
            SocketException.class, SocketTimeoutException.class, UnknownHostException.class, SSLException.class);

    /** How messages of the network begin; what follows may name a host, an address or a certificate. */
    private static final List<String> NETWORK_SAYS = List.of(
            "Connection refused",
            "Connection reset",
            "Connection timed out",
            "Connect timed out",
            "connect timed out",
            "Read timed out",
            "Broken pipe",
            "Socket closed",
            "Socket is closed",
            "Network is unreachable",
            "No route to host",
            "PKIX path building failed",
            "PKIX path validation failed",
            "Received fatal alert",
            "Remote host terminated the handshake",
            "Unsupported or unrecognized SSL message",
            "No appropriate protocol",
            "No subject alternative");

    /** How the JVM tells of a null: by the code that met it. */
    private static final Pattern NULL_IN_CODE =
            Pattern.compile("Cannot (invoke \"|read |load from |store to |assign |throw |enter |exit ).* is null");

    private FailureText() {}

    /**
     * One line that holds no data.
     *
     * @param failure an error
     * @return its class and those of its causes, with what else may be said of each
     */
    public static String of(Throwable failure) {
        String text = String.join(", caused by ", each(CauseChain.of(failure)));
        return text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) + "…" : text;
    }

    /**
     * An error to log with its stack trace.
     *
     * @param failure an error
     * @return one with the same frames and causes that says {@link #of} each what may be said; the error itself where data may be logged
     */
    public static Throwable trace(Throwable failure) {
        return data.isTraceEnabled() ? failure : WithoutData.of(failure);
    }

    /**
     * An error for a span, whoever may read it.
     *
     * @param failure an error
     * @return one with the same frames and causes that says {@link #of} each what may be said
     */
    public static Throwable withoutData(Throwable failure) {
        return WithoutData.of(failure);
    }

    /**
     * One line for the log.
     *
     * @param failure an error
     * @return as {@link #of}; with the messages where data may be logged
     */
    public static String logged(Throwable failure) {
        return data.isTraceEnabled()
                ? CauseChain.of(failure).stream().map(String::valueOf).collect(Collectors.joining(", caused by "))
                : of(failure);
    }

    /** Of each error of a chain without its causes. */
    static List<String> each(List<Throwable> chain) {
        List<String> texts = new ArrayList<>();
        boolean database = false;
        for (Throwable each : chain) {
            database |= each instanceof SQLException;
            texts.add(single(each, database));
        }
        return texts;
    }

    private static String single(Throwable failure, boolean database) {
        String type = failure.getClass().getName();
        if (failure instanceof SQLException sql && sql.getSQLState() != null) {
            return type + ": " + sql(sql);
        }
        if (failure instanceof JacksonException notFitting) {
            return json(notFitting);
        }
        String message = failure.getMessage();
        if (message == null) {
            return type;
        }
        String said = database && isOfNetwork(failure) ? message : said(failure, message);
        return said == null ? type + " (message withheld)" : type + ": " + said;
    }

    private static boolean isOfNetwork(Throwable failure) {
        return OF_NETWORK.stream().anyMatch(type -> type.isInstance(failure));
    }

    private static String sql(SQLException error) {
        String state = error.getSQLState();
        StringJoiner text = new StringJoiner(", ");
        text.add("SQLSTATE " + state);
        ServerErrorMessage answer = ServerAnswer.of(error);
        String message = answer == null ? error.getMessage() : answer.getMessage();
        if (message != null && quotesNothing(error, answer)) {
            text.add(message);
        }
        if (answer != null) {
            add(text, "constraint", answer.getConstraint());
            add(text, "table", answer.getTable());
            add(text, "column", answer.getColumn());
            add(text, "type", answer.getDatatype());
        }
        return text.toString();
    }

    private static void add(StringJoiner text, String what, @Nullable String name) {
        if (name != null) {
            text.add(what + " " + name);
        }
    }

    /** The driver's own text of a batch quotes its rows; a function that raises an error says in it what it likes. */
    private static boolean quotesNothing(SQLException error, @Nullable ServerErrorMessage answer) {
        String state = error.getSQLState();
        if (state.length() <= 2 || !NAMING.contains(state.substring(0, 2)) || ServerAnswer.isRaised(answer)) {
            return false;
        }
        if (answer == null) {
            return !(error instanceof BatchUpdateException) && !QUOTING.contains(state);
        }
        if (NAMING_A_VALUE_PERHAPS.contains(state)) {
            return ServerAnswer.namesPartOfStatement(answer);
        }
        return !QUOTING.contains(state) || ServerAnswer.isBy(answer, NAMES_VIEW);
    }

    /** What did not fit and where, without the value. The name of a property that the class does not have is data. */
    private static String json(JacksonException error) {
        StringBuilder text = new StringBuilder(error.getClass().getName());
        if (error instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            text.append(" for ").append(mismatch.getTargetType().getName());
        }
        List<JacksonException.Reference> path = error.getPath();
        if (!path.isEmpty()) {
            boolean unknown = error instanceof PropertyBindingException;
            text.append(" at ")
                    .append(path.subList(0, unknown ? path.size() - 1 : path.size()).stream()
                            .map(FailureText::place)
                            .collect(Collectors.joining()))
                    .append(unknown ? "[…]" : "");
        }
        return text.toString();
    }

    /** The keys of a map are data as well. */
    private static String place(JacksonException.Reference reference) {
        if (reference.getPropertyName() == null) {
            return "[%d]".formatted(reference.getIndex());
        }
        return reference.from() instanceof Map ? "[…]" : "." + reference.getPropertyName();
    }

    /** What may be said of a message; null for nothing. */
    private static @Nullable String said(Throwable failure, String message) {
        if (isOfNetwork(failure)) {
            return NETWORK_SAYS.stream().filter(message::startsWith).findFirst().orElse(null);
        }
        if (failure instanceof NoSuchBeanDefinitionException missing) {
            return missing.getBeanType() == null
                    ? null
                    : "no such bean of type " + missing.getBeanType().getName();
        }
        return isPlain(failure, message) ? message : null;
    }

    private static boolean isPlain(Throwable failure, String message) {
        if (failure instanceof EventSourceException) {
            return failure.getClass().getName().startsWith(EventSourceException.class.getPackageName() + ".");
        }
        if (failure instanceof TransactionException) {
            return failure.getClass().getName().startsWith(TransactionException.class.getPackageName() + ".");
        }
        // what the JVM says of a null or of a cast names code; what code throws itself may say anything
        if (failure instanceof NullPointerException) {
            return NULL_IN_CODE.matcher(message).matches();
        }
        if (failure instanceof ClassCastException) {
            return message.startsWith("class ");
        }
        return PLAIN.stream().anyMatch(type -> type.isInstance(failure));
    }
}
