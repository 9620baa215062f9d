package io.eventsource.autoconfigure.testing;

import io.eventsource.autoconfigure.account.AccountApplication;
import io.eventsource.autoconfigure.aggregate.AggregateAutoConfiguration;
import io.eventsource.autoconfigure.aggregate.SnapshotAutoConfiguration;
import io.eventsource.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.eventsource.autoconfigure.health.EventSourceHealthAutoConfiguration;
import io.eventsource.autoconfigure.health.SubscriptionHealthAutoConfiguration;
import io.eventsource.autoconfigure.notification.NotificationAutoConfiguration;
import io.eventsource.autoconfigure.pool.PoolAutoConfiguration;
import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.autoconfigure.subscription.SubscriptionAutoConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** A database of a login of its own with PgBouncer in front, configured as docs/operations.md says. */
public final class PooledDatabase implements AutoCloseable {

    private static final String HEADING = "Behind a pooler";
    private static final String PASSWORD = "of-the-application";

    private final TestDatabase database = TestDatabase.create();
    private final String role = "app_" + database.name();
    private final PgBouncer pooler;

    /** What Boot configures in an application with the starter, a pool and JDBC. */
    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        DataSourceAutoConfiguration.class,
        DataSourceTransactionManagerAutoConfiguration.class,
        JdbcTemplateAutoConfiguration.class,
        TransactionAutoConfiguration.class,
        EventStoreAutoConfiguration.class,
        SnapshotAutoConfiguration.class,
        AggregateAutoConfiguration.class,
        SubscriptionAutoConfiguration.class,
        DeadLetterAutoConfiguration.class,
        NotificationAutoConfiguration.class,
        PoolAutoConfiguration.class,
        SubscriptionHealthAutoConfiguration.class,
        EventSourceHealthAutoConfiguration.class
    })
    public static class Starter {}

    public PooledDatabase() throws IOException {
        this(UnaryOperator.identity());
    }

    /**
     * Makes it.
     *
     * @param changes what is different from the documents
     */
    public PooledDatabase(UnaryOperator<String> changes) throws IOException {
        JdbcTemplate administrator = database.jdbc();
        administrator.execute("CREATE ROLE %s LOGIN PASSWORD '%s'".formatted(role, PASSWORD));
        administrator.execute("ALTER DATABASE %s OWNER TO %s".formatted(database.name(), role));
        administrator.execute(
                Documents.block(HEADING, "sql", "statement_timeout").replace("ROLE app ", "ROLE " + role + " "));
        String configuration = Documents.block(HEADING, "ini", "[pgbouncer]");
        this.pooler = PgBouncer.start(database, role, PASSWORD, changes.apply(configuration));
    }

    /** The properties that the documents have for the application, with the addresses of this test. */
    public Map<String, String> documented(String containing) throws IOException {
        Map<String, String> properties = new LinkedHashMap<>();
        byte[] yaml = Documents.block(HEADING, "yaml", containing).getBytes(StandardCharsets.UTF_8);
        for (PropertySource<?> source :
                new YamlPropertySourceLoader().load("documented", new ByteArrayResource(yaml))) {
            for (String name : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
                properties.put(
                        name,
                        String.valueOf(source.getProperty(name))
                                .replace(
                                        "pgbouncer.example.com:6432/orders",
                                        "127.0.0.1:%d/orders".formatted(pooler.port()))
                                .replace(
                                        "db.example.com:5432/orders",
                                        "127.0.0.1:%d/%s".formatted(database.port(), database.name())));
            }
        }
        return properties;
    }

    /** Starts an application as the documents say, with more properties. */
    public ConfigurableApplicationContext start(Class<?> application, String... more) throws IOException {
        Map<String, String> properties = documented("pooler: transaction");
        for (String each : more) {
            properties.put(each.substring(0, each.indexOf('=')), each.substring(each.indexOf('=') + 1));
        }
        return start(application, properties);
    }

    /** Starts an application by these properties and this database's login. */
    public ConfigurableApplicationContext start(Class<?> application, Map<String, String> properties) {
        List<String> arguments = new ArrayList<>(List.of(
                "--spring.datasource.username=" + role,
                "--spring.datasource.password=" + PASSWORD,
                "--spring.datasource.hikari.connection-timeout=10000"));
        properties.forEach((name, value) -> arguments.add("--" + name + "=" + value));
        return new SpringApplicationBuilder(Starter.class, AccountApplication.class, application)
                .web(WebApplicationType.NONE)
                .run(arguments.toArray(String[]::new));
    }

    public TestDatabase database() {
        return database;
    }

    public String role() {
        return role;
    }

    public String url() {
        return "jdbc:postgresql://127.0.0.1:%d/orders?prepareThreshold=0".formatted(pooler.port());
    }

    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url(), role, PASSWORD);
    }

    /** What each session of the server that the pooler holds answers to a question; more connections than sessions ask at once. */
    public Map<Integer, List<String>> ofEachSession(String question, int sessions) throws SQLException {
        Map<Integer, List<String>> answers = new LinkedHashMap<>();
        List<Connection> open = new ArrayList<>();
        try {
            for (int n = 0; n < sessions; n++) {
                Connection connection = connect();
                open.add(connection);
                connection.setAutoCommit(false);
                JdbcTemplate jdbc = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
                Integer process = jdbc.queryForObject("SELECT pg_backend_pid()", Integer.class);
                answers.put(process, jdbc.queryForList(question, String.class));
            }
        } finally {
            for (Connection connection : open) {
                connection.rollback();
                connection.close();
            }
        }
        return answers;
    }

    /** The processes that serve the pooler, as the server sees them. */
    public List<Integer> sessions() {
        return database.jdbc()
                .queryForList("SELECT pid FROM pg_catalog.pg_stat_activity WHERE usename = ?", Integer.class, role);
    }

    @Override
    public void close() throws IOException {
        pooler.close();
        database.close();
        // the role owned the database and nothing else
        TestDatabase other = TestDatabase.create();
        other.jdbc().execute("DROP ROLE " + role);
        other.close();
    }
}
