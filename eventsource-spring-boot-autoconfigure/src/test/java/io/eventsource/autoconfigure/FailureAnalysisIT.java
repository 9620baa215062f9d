package io.eventsource.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.autoconfigure.account.AccountApplication;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.eventsource.autoconfigure.invalid.names.InvalidApplication;
import io.eventsource.autoconfigure.invalid.names.Paid;
import io.eventsource.autoconfigure.projection.HandlersInsideBatchIT;
import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.autoconfigure.subscription.SubscriptionAutoConfiguration;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventType;
import io.eventsource.projection.EventHandlers;
import io.eventsource.schema.SchemaMigrator;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;

/** What an application that cannot start tells whoever started it. */
@ExtendWith(OutputCaptureExtension.class)
class FailureAnalysisIT {

    private final TestDatabase database = TestDatabase.create();

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        DataSourceAutoConfiguration.class,
        DataSourceTransactionManagerAutoConfiguration.class,
        EventStoreAutoConfiguration.class,
        SubscriptionAutoConfiguration.class,
        DeadLetterAutoConfiguration.class
    })
    static class Starter {}

    @Configuration(proxyBeanMethods = false)
    static class TwoProjections {

        @Bean
        EventHandlers first() {
            return new Handlers("deposits", event -> {});
        }

        @Bean
        EventHandlers second() {
            return new Handlers("deposits", event -> {});
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(AccountApplication.class)
    static class AppendsAtStart {

        @Bean
        ApplicationRunner deposit(EventStore store) {
            return arguments -> store.append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import({AccountApplication.class, HandlersInsideBatchIT.InBackground.class})
    static class AsynchronousProjection {

        @Bean
        JdbcTemplate jdbcTemplate(DataSource dataSource) {
            return new JdbcTemplate(dataSource);
        }
    }

    @Test
    void a_handler_would_run_outside_of_its_batch(CapturedOutput output) {
        assertFails(
                output,
                AsynchronousProjection.class,
                List.of(),
                "InBackground.on(",
                "is @Async, which runs it in another thread",
                "Correct " + HandlersInsideBatchIT.InBackground.class.getName(),
                "What a handler must not do");
    }

    @EventType("drawn")
    record Drawn(String name, List<Shape> shapes) {

        interface Shape {}
    }

    @EventType("started")
    record Started(Runnable work) {}

    @Configuration(proxyBeanMethods = false)
    static class Unreadable {

        @Bean
        EventRegistry registry() {
            return EventRegistry.of(Drawn.class, Started.class);
        }
    }

    private void assertFails(CapturedOutput output, Class<?> application, List<String> properties, String... told) {
        List<String> arguments = new ArrayList<>();
        List.of(database.properties()).forEach(each -> arguments.add("--" + each));
        properties.forEach(each -> {
            arguments.removeIf(other -> other.startsWith("--" + each.substring(0, each.indexOf('=') + 1)));
            arguments.add("--" + each);
        });
        assertThatThrownBy(() -> new SpringApplicationBuilder(Starter.class, application)
                        .web(WebApplicationType.NONE)
                        .run(arguments.toArray(String[]::new))
                        .close())
                .isNotNull();
        assertThat(output).contains("APPLICATION FAILED TO START").contains(told);
    }

    @Test
    void nobody_answers(CapturedOutput output) {
        assertFails(
                output,
                AccountApplication.class,
                List.of(
                        "spring.datasource.url=jdbc:postgresql://127.0.0.1:1/nowhere",
                        "spring.datasource.hikari.connection-timeout=250"),
                "The database cannot be reached: Connection to 127.0.0.1:1 refused",
                "Check spring.datasource.url and that PostgreSQL runs there");
    }

    @Test
    void there_is_no_such_database(CapturedOutput output) {
        String url = database.properties()[0].replace(database.name(), "nowhere");
        assertFails(
                output,
                AccountApplication.class,
                List.of(url, "spring.datasource.hikari.connection-timeout=250"),
                "There is no such database: FATAL: database \"nowhere\" does not exist",
                "Create the database");
    }

    @Test
    void a_pooler_does_not_take_the_statement_timeout(CapturedOutput output) throws IOException {
        try (ServerSocket pooler = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread refusing = new Thread(() -> refuse(pooler), "pooler");
            refusing.setDaemon(true);
            refusing.start();

            assertFails(
                    output,
                    AccountApplication.class,
                    List.of(
                            "spring.datasource.url=jdbc:postgresql://127.0.0.1:%d/pooled"
                                    .formatted(pooler.getLocalPort()),
                            "spring.datasource.hikari.connection-timeout=250"),
                    "does not take the settings of the connection: FATAL: unsupported startup parameter",
                    "Behind a pooler declare it by eventsource.pool.pooler");
        }
    }

    /** Answers as PgBouncer does to a startup parameter that it does not know, until the socket is closed. */
    private static void refuse(ServerSocket pooler) {
        while (!pooler.isClosed()) {
            try (Socket client = pooler.accept()) {
                refuse(client);
            } catch (IOException gone) {
                // the client hangs up, and at the end the test closes the socket
                LoggerFactory.getLogger(FailureAnalysisIT.class).debug("The connection is gone", gone);
            }
        }
    }

    private static void refuse(Socket client) throws IOException {
        DataInputStream in = new DataInputStream(client.getInputStream());
        int length = in.readInt();
        while (in.readInt() >>> 16 == 1234) {
            // asked for encryption
            client.getOutputStream().write('N');
            length = in.readInt();
        }
        in.skipNBytes(length - 8);
        byte[] fields = "SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter in options: statement_timeout\0\0"
                .getBytes(StandardCharsets.US_ASCII);
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        out.write('E');
        out.writeInt(4 + fields.length);
        out.write(fields);
        out.flush();
    }

    @Test
    void the_user_lacks_a_privilege(CapturedOutput output) {
        String role = "plain_" + database.name();
        database.jdbc().execute("CREATE ROLE " + role + " LOGIN PASSWORD 'plain'");
        try {
            assertFails(
                    output,
                    AccountApplication.class,
                    List.of("spring.datasource.username=" + role, "spring.datasource.password=plain"),
                    "The database user lacks a privilege",
                    "permission denied for database",
                    "docs/roles.sql");
        } finally {
            database.jdbc().execute("DROP ROLE " + role);
        }
    }

    @Test
    void the_tables_are_missing_and_the_migration_is_switched_off(CapturedOutput output) {
        assertFails(
                output,
                AppendsAtStart.class,
                List.of("eventsource.migration.enabled=false"),
                "The tables of the event store are missing, and eventsource.migration.enabled=false",
                "Set eventsource.migration.enabled=true, or have an administrator run db/eventsource-schema.sql");
    }

    @Test
    void the_tables_are_newer_than_the_library(CapturedOutput output) {
        Runners.on(database).run(migrated -> assertThat(migrated).hasNotFailed());
        int known = SchemaMigrator.requiredVersion();
        database.jdbc()
                .update(
                        """
                        INSERT INTO eventsource.eventsource_schema_history
                               (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
                        SELECT max(installed_rank) + 1, ?, 'of the future', 'SQL', 'ES_future.pgsql', 1, 'me', 1, true
                          FROM eventsource.eventsource_schema_history""",
                        Integer.toString(known + 1));

        assertFails(
                output,
                AccountApplication.class,
                List.of(),
                "are of version %d, and this library knows version %d".formatted(known + 1, known),
                "Deploy the version of the application whose library knows version " + (known + 1));
    }

    @Test
    void two_events_have_one_name(CapturedOutput output) {
        assertFails(
                output,
                InvalidApplication.class,
                List.of(),
                "'paid'",
                "Correct the @EventType of " + Paid.class.getPackageName());
    }

    @Test
    void two_projections_have_one_name(CapturedOutput output) {
        assertFails(
                output,
                TwoProjections.class,
                List.of(),
                "Two projections have the name 'deposits'",
                "Rename the newer of the two");
    }

    @Test
    void events_could_not_be_read_back(CapturedOutput output) {
        assertFails(
                output,
                Unreadable.class,
                List.of(),
                "could not be read back as they were",
                "- " + Drawn.class.getName() + ", shapes[]: " + Drawn.Shape.class.getName()
                        + " is an interface and is stored without the class of the value",
                "- " + Started.class.getName() + ", work: ",
                "shapes[]: Annotate it with @JsonTypeInfo");
    }
}
