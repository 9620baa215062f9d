package io.eventsource.autoconfigure.store;

import java.sql.SQLException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/**
 * Why a database does not do what is asked of it, as far as an operator can mend it: told by SQLState and kind of exception, never by the text.
 *
 * @param reason the reason
 * @param message what the driver or the server says
 */
record DatabaseFailure(Reason reason, String message) {

    /** What an operator can mend. */
    enum Reason {
        /** Nobody answers at the address. */
        UNREACHABLE,
        /** The two do not agree on a secured connection: one does not trust the other's certificate, or nothing is left that both can do. */
        NOT_SECURED,
        /** The server does not know the user, or not with this password, or not from here. */
        LOGIN_REFUSED,
        /** The server has no such database. */
        NO_SUCH_DATABASE,
        /** The server has no connection left for this user. */
        NO_CONNECTION_LEFT,
        /** Whoever answers does not take the connection's settings, as a pooler that does not know them. */
        SETTING_REFUSED,
        /** The server takes no writes: it is a standby, or was set to read-only. */
        READ_ONLY,
        /** The server's session is not the one in which the driver prepared its statement, as behind a pooler that shares sessions. */
        SESSION_SHARED,
        /** The user may not do this. */
        NO_PRIVILEGE,
        /** A table or a function is not there. */
        NOT_MIGRATED
    }

    /**
     * Looks for the reason in what was thrown and its causes.
     *
     * @param thrown anything
     * @return the reason that the innermost exception of the driver gives; null when it gives none of these
     */
    static @Nullable DatabaseFailure of(Throwable thrown) {
        DatabaseFailure found = null;
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            if (each instanceof PSQLException failure) {
                Reason reason = reason(failure);
                found = reason == null ? found : new DatabaseFailure(reason, String.valueOf(failure.getMessage()));
            }
        }
        return found;
    }

    private static @Nullable Reason reason(SQLException failure) {
        String state = failure.getSQLState();
        if (state == null) {
            return null;
        }
        if (failure.getCause() instanceof SSLException) {
            return Reason.NOT_SECURED;
        }
        return switch (state) {
            case "08P01" -> Reason.SETTING_REFUSED;
            case "25006" -> Reason.READ_ONLY;
            case "26000", "42P05" -> Reason.SESSION_SHARED;
            case "3D000" -> Reason.NO_SUCH_DATABASE;
            case "53300" -> Reason.NO_CONNECTION_LEFT;
            case "42501" -> Reason.NO_PRIVILEGE;
            case "42P01", "42883", "3F000" -> Reason.NOT_MIGRATED;
            case "57P01", "57P02", "57P03" -> Reason.UNREACHABLE;
            default -> ofClass(state);
        };
    }

    private static @Nullable Reason ofClass(String state) {
        if (state.startsWith("08")) {
            return Reason.UNREACHABLE;
        }
        return state.startsWith("28") ? Reason.LOGIN_REFUSED : null;
    }
}
