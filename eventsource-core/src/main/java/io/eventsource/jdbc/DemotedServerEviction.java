package io.eventsource.jdbc;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.util.Set;

/**
 * Has HikariCP close a connection whose server does not take writes any more, or has ended its session, at the first error that says
 * so. Otherwise connections to a server that was demoted stay in the pool until they are old, and every transaction that is given one fails.
 *
 * <p>Boot's pool has it unless {@code spring.datasource.hikari.exception-override-class-name} names another; a pool that the application
 * makes itself gets it by {@code HikariConfig.setExceptionOverride}. A write in a transaction that the application has declared read-only
 * gives the same error and costs a connection too. Thread-safe.
 */
public final class DemotedServerEviction implements SQLExceptionOverride {

    /** Appendix A of PostgreSQL's documentation, "PostgreSQL Error Codes"; HikariCP knows classes 08 and 57P01 to 57P03 itself. */
    private static final Set<String> STATES = Set.of(
            "25006", // read-only: a standby, or default_transaction_read_only
            "25P03", // the session is ended: idle in a transaction
            "25P04", // the session is ended: the transaction took too long
            "57P04", // the session is ended: the database was dropped
            "57P05"); // the session is ended: idle

    /** Creates it, as HikariCP does by name. */
    public DemotedServerEviction() {}

    @java.lang.Override
    public Override adjudicate(SQLException failure) {
        String state = failure.getSQLState();
        return state != null && STATES.contains(state) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
    }
}
