package io.eventsource.embedded.throwaway;

import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A database that one test, or one application context of tests, has for itself. {@link #close()} drops it. Thread-safe.
 */
public final class ThrowAwayDatabase implements AutoCloseable {

    private final DatabaseServer server;
    private final String name;
    private final AtomicBoolean closed = new AtomicBoolean();

    ThrowAwayDatabase(DatabaseServer server, String name) {
        this.server = server;
        this.name = name;
    }

    /**
     * Creates a database on the one temporary server of this JVM, which is started by the first call and ends with the JVM.
     *
     * @param template what it is to contain, or {@code null} for nothing
     * @return a new database
     * @throws io.eventsource.embedded.EmbeddedPostgresException if the server cannot be started
     */
    public static ThrowAwayDatabase create(@Nullable DatabaseTemplate template) {
        return DatabaseServer.ofThisJvm().create(template);
    }

    /**
     * Its name on the server.
     *
     * @return the name, which no other database of the server has had
     */
    public String name() {
        return name;
    }

    /**
     * Its address.
     *
     * @return a JDBC URL without user and password
     */
    public String jdbcUrl() {
        return server.jdbcUrl(name);
    }

    /**
     * The user to connect as, who may do everything.
     *
     * @return the user's name
     */
    public String username() {
        return server.username();
    }

    /**
     * The user's password.
     *
     * @return the password
     */
    public String password() {
        return server.password();
    }

    /**
     * A data source without a pool.
     *
     * @return a new one each time
     */
    public DataSource dataSource() {
        return server.dataSource(name);
    }

    /** Drops the database, and ends the connections to it. Does nothing the second time. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            server.drop(name);
        }
    }
}
