package io.eventsource.sample;

import io.eventsource.embedded.throwaway.DatabaseServer;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** The container that the tests of this JVM share. Testcontainers removes it when the JVM has ended. */
final class ContainerOfTests {

    private static final PostgreSQLContainer CONTAINER = new PostgreSQLContainer("postgres:18");

    private ContainerOfTests() {}

    static DatabaseServer server() {
        CONTAINER.start();
        return DatabaseServer.at(CONTAINER.getJdbcUrl(), CONTAINER.getUsername(), CONTAINER.getPassword());
    }
}
