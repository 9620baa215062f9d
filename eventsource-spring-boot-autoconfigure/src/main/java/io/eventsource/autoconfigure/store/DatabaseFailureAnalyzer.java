package io.eventsource.autoconfigure.store;

import io.eventsource.autoconfigure.store.DatabaseFailure.Reason;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.annotation.Order;

/** Says what to do when the database keeps the application from starting. */
@Order(-1)
final class DatabaseFailureAnalyzer implements FailureAnalyzer {

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        DatabaseFailure found = DatabaseFailure.of(failure);
        return found == null
                ? null
                : new FailureAnalysis(
                        "%s: %s".formatted(description(found.reason()), found.message()),
                        action(found.reason()),
                        failure);
    }

    private static String description(Reason reason) {
        return switch (reason) {
            case UNREACHABLE -> "The database cannot be reached";
            case NOT_SECURED -> "There is no secure connection to the database";
            case LOGIN_REFUSED -> "The database refuses the login";
            case NO_SUCH_DATABASE -> "There is no such database";
            case NO_CONNECTION_LEFT -> "The database has no connection left";
            case SETTING_REFUSED -> "What answers as the database does not take the settings of the connection";
            case NO_PRIVILEGE -> "The database user lacks a privilege";
            case READ_ONLY -> "The database takes no writes: it is a standby, or it was demoted or set to read-only";
            case SESSION_SHARED -> "A prepared statement is not where the driver left it";
            case NOT_MIGRATED -> "A table or function that is needed is not in the database";
        };
    }

    private static String action(Reason reason) {
        return switch (reason) {
            case UNREACHABLE ->
                "Check spring.datasource.url and that PostgreSQL runs there and accepts connections from here. With TLS the server's certificate must name the URL's host.";
            case NOT_SECURED ->
                "Check the certificates: those of the bundle that eventsource.ssl.bundle names, otherwise sslrootcert, sslcert and sslkey in spring.datasource.url. They must vouch for the server's certificate, and where the server asks for one, for the application's.";
            case LOGIN_REFUSED ->
                "Check spring.datasource.username and spring.datasource.password, and the server's pg_hba.conf.";
            case NO_SUCH_DATABASE -> "Create the database, or correct its name in spring.datasource.url.";
            case NO_CONNECTION_LEFT ->
                "Make the pools smaller (eventsource.pool.preset, size and overflow), run fewer instances, or raise max_connections.";
            case SETTING_REFUSED ->
                "Behind a pooler declare it by eventsource.pool.pooler (session, transaction or transaction-prepared), so that no 'options' are sent, and have PgBouncer ignore what the driver sends by ignore_startup_parameters = extra_float_digits; see docs/operations.md, \"Behind a pooler\".";
            case NO_PRIVILEGE ->
                "Grant the user what it needs (docs/roles.sql). A user that may not create tables needs eventsource.migration.enabled=false and the schema file that an administrator has run.";
            case READ_ONLY ->
                "Connect to the server that takes writes: name all servers in spring.datasource.url and add targetServerType=primary; see docs/operations.md, \"Failover\".";
            case SESSION_SHARED ->
                "A pooler shares the sessions of the server and does not keep prepared statements: set eventsource.pool.pooler=transaction; see docs/operations.md, \"Behind a pooler\".";
            case NOT_MIGRATED ->
                "Set eventsource.migration.enabled=true, or have an administrator run db/eventsource-schema.sql from the jar eventsource-core. A table of the application's own belongs to its own migrations.";
        };
    }
}
