package io.eventsource.session;

/** What stands between the application and PostgreSQL, as somebody has declared it. */
public enum PoolerMode {
    /** Nothing, or a pooler nobody has declared: each connection has a session of the server for itself. */
    NONE,
    /** A pooler that gives each connection a session of the server for as long as it is open. */
    SESSION,
    /** A pooler that gives each transaction a session of the server and does not know prepared statements, such as PgBouncer before 1.21. */
    TRANSACTION,
    /** The same, but it carries prepared statements from session to session, as PgBouncer from 1.21 on with {@code max_prepared_statements}. */
    TRANSACTION_PREPARED;

    /**
     * Whether sessions of the server are shared, so that nothing may be left in one.
     *
     * @return whether each transaction may have another session
     */
    public boolean sharesSessions() {
        return this == TRANSACTION || this == TRANSACTION_PREPARED;
    }
}
