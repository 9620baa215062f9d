package io.eventsource.embedded;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/** What the tests that start PostgreSQL have in common. */
final class Servers {

    private Servers() {}

    static Path binaries() {
        return Path.of(System.getProperty("postgres.binaries", "target/postgres"));
    }

    static EmbeddedPostgresSettings settings(Path dataDirectory) {
        return new EmbeddedPostgresSettings(dataDirectory, 0, "app", Duration.ofSeconds(60), true, binaries());
    }

    static Connection connect(EmbeddedPostgresServer server) throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(), server.username(), server.password());
    }

    static void execute(EmbeddedPostgresServer server, String sql) throws SQLException {
        try (Connection connection = connect(server);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static String query(EmbeddedPostgresServer server, String sql) throws SQLException {
        try (Connection connection = connect(server)) {
            return query(connection, sql);
        }
    }

    static String query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return String.valueOf(result.getString(1));
        }
    }

    /** The server processes, without their backends, that have the data of this folder open. */
    static List<ProcessHandle> postmasters(Path dataDirectory) {
        String data = dataDirectory.resolve("data").toString();
        List<ProcessHandle> servers = ProcessHandle.allProcesses()
                .filter(ProcessHandle::isAlive)
                .filter(process -> process.info().command().orElse("").endsWith("/postgres"))
                .filter(process -> process.info()
                        .arguments()
                        .map(arguments -> List.of(arguments).contains(data))
                        .orElse(false))
                .toList();
        // a process that a server has just forked bears the server's command line until it gives itself a title
        return servers.stream()
                .filter(process -> process.parent().stream().noneMatch(servers::contains))
                .toList();
    }

    static void signal(String signal, long pid) throws Exception {
        int exitCode = new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                .inheritIO()
                .start()
                .waitFor();
        if (exitCode != 0) {
            throw new IllegalStateException("kill -" + signal + " " + pid + " ended with " + exitCode);
        }
    }
}
