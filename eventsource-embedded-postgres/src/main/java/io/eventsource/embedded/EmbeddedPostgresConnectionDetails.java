package io.eventsource.embedded;

import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/** Leads Boot's data source to the embedded server. */
record EmbeddedPostgresConnectionDetails(EmbeddedPostgresServer server) implements JdbcConnectionDetails {

    @Override
    public String getUsername() {
        return server.username();
    }

    @Override
    public String getPassword() {
        return server.password();
    }

    @Override
    public String getJdbcUrl() {
        return server.jdbcUrl();
    }
}
