package io.eventsource.embedded.throwaway;

import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/** Leads Boot's data source to the database of a test. */
record ThrowAwayConnectionDetails(ThrowAwayDatabase database) implements JdbcConnectionDetails {

    @Override
    public String getUsername() {
        return database.username();
    }

    @Override
    public String getPassword() {
        return database.password();
    }

    @Override
    public String getJdbcUrl() {
        return database.jdbcUrl();
    }
}
