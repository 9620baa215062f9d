package io.eventsource.embedded.throwaway;

import io.eventsource.embedded.EmbeddedPostgresServer;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;

/**
 * A PostgreSQL server on which tests may create and drop databases: the temporary one of this JVM, or another that the test has,
 * such as one in a container. Thread-safe.
 */
public final class DatabaseServer {

    private static final Logger log = LoggerFactory.getLogger(DatabaseServer.class);

    private final String url;
    private final String username;
    private final String password;
    private final Map<String, String> templates = new HashMap<>();

    private DatabaseServer(String url, String username, String password) {
        this.url = url;
        this.username = username;
        this.password = password;
    }

    /**
     * Names a server that somebody else starts and stops.
     *
     * @param jdbcUrl address of any database of the server, without user and password
     * @param username somebody who may create databases
     * @param password the user's password
     * @return the server, to which no connection is opened yet
     * @throws IllegalArgumentException if the address is not one of PostgreSQL
     */
    public static DatabaseServer at(String jdbcUrl, String username, String password) {
        if (!jdbcUrl.startsWith("jdbc:postgresql://")) {
            throw new IllegalArgumentException(
                    "The address of the server must begin with jdbc:postgresql:// but is " + jdbcUrl);
        }
        return new DatabaseServer(jdbcUrl, username, password);
    }

    /** Starts the server at the first call. */
    static DatabaseServer ofThisJvm() {
        return OfThisJvm.INSTANCE.get();
    }

    /**
     * Creates a database.
     *
     * @param template what it is to contain, or {@code null} for nothing
     * @return a new database
     * @throws IllegalStateException if the server refuses
     */
    public ThrowAwayDatabase create(@Nullable DatabaseTemplate template) {
        String name = newName("test");
        if (template == null) {
            execute("CREATE DATABASE " + name);
        } else {
            execute("CREATE DATABASE " + name + " TEMPLATE " + filled(template));
        }
        return new ThrowAwayDatabase(this, name);
    }

    private synchronized String filled(DatabaseTemplate template) {
        String known = templates.get(template.key());
        if (known != null) {
            return known;
        }
        String name = newName("template");
        execute("CREATE DATABASE " + name);
        template.fill(dataSource(name));
        templates.put(template.key(), name);
        return name;
    }

    void drop(String name) {
        // PostgreSQL 12 cannot do this in one statement; the second waits for the sessions that the first has ended
        execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'");
        execute("DROP DATABASE IF EXISTS " + name);
    }

    String jdbcUrl(String database) {
        URI address = URI.create(url.substring("jdbc:".length()));
        String query = address.getRawQuery();
        return "jdbc:postgresql://" + address.getRawAuthority() + "/" + database + (query == null ? "" : "?" + query);
    }

    String username() {
        return username;
    }

    String password() {
        return password;
    }

    DataSource dataSource(String database) {
        return connecting(jdbcUrl(database));
    }

    private DataSource connecting(String address) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(address);
        dataSource.setUser(username);
        dataSource.setPassword(password);
        return dataSource;
    }

    /** Letters, digits and underscores: needs no quotes. Random, since others may use a server that is not ours. */
    private static String newName(String kind) {
        return "eventsource_" + kind + "_" + UUID.randomUUID().toString().replace('-', '_');
    }

    private void execute(String sql) {
        try (Connection connection = connecting(url).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "The server of the tests at " + url + " has refused: " + sql + " (SQL state " + e.getSQLState()
                            + "). User '" + username + "' must be allowed to create databases.",
                    e);
        }
    }

    /** The server that all tests of a JVM share, as its exit is shared. A failed start is tried again by the next who asks. */
    private static final class OfThisJvm {

        private static final OfThisJvm INSTANCE = new OfThisJvm();

        private @Nullable DatabaseServer running;

        synchronized DatabaseServer get() {
            DatabaseServer known = running;
            if (known != null) {
                return known;
            }
            EmbeddedPostgresServer server = EmbeddedPostgresServer.startTemporary();
            // runs after the contexts of all applications are closed, so that no pool loses its server
            SpringApplication.getShutdownHandlers().add(server::discard);
            log.info("Tests of this JVM have databases of their own on a temporary server, port {}", server.port());
            DatabaseServer started = at(server.jdbcUrl(), server.username(), server.password());
            running = started;
            return started;
        }
    }
}
