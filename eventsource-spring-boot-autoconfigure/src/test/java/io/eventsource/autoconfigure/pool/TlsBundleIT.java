package io.eventsource.autoconfigure.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.autoconfigure.account.AccountApplication;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.eventsource.autoconfigure.notification.NotificationAutoConfiguration;
import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.autoconfigure.subscription.SubscriptionAutoConfiguration;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.TlsServer;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Connections with TLS by a bundle of Boot's, to a server that takes no others. */
@ExtendWith(OutputCaptureExtension.class)
class TlsBundleIT {

    @TempDir
    static Path folder;

    private static TlsServer server;
    private static TlsServer stranger;

    @BeforeAll
    static void start() throws Exception {
        server = TlsServer.start(folder);
        stranger = TlsServer.start(Files.createDirectory(folder.resolve("stranger")));
    }

    @AfterAll
    static void stop() {
        server.close();
        stranger.close();
    }

    @Configuration(proxyBeanMethods = false)
    @Import(AccountApplication.class)
    @ImportAutoConfiguration({
        SslAutoConfiguration.class,
        DataSourceAutoConfiguration.class,
        DataSourceTransactionManagerAutoConfiguration.class,
        JdbcTemplateAutoConfiguration.class,
        DatabaseTlsAutoConfiguration.class,
        EventStoreAutoConfiguration.class,
        SubscriptionAutoConfiguration.class,
        DeadLetterAutoConfiguration.class,
        NotificationAutoConfiguration.class
    })
    static class Application {

        final List<Object> handled = new CopyOnWriteArrayList<>();

        @Bean
        EventHandlers deposits() {
            return new Handlers("deposits", event -> handled.add(event.payload()));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnDataSource {

        @Bean
        DataSource own() {
            return new DriverManagerDataSource(server.url("sslmode=require"));
        }
    }

    private static ConfigurableApplicationContext run(String urlParameters, Path authority, String... more) {
        Map<String, String> arguments = new LinkedHashMap<>();
        Stream.of(
                        List.of(server.properties(urlParameters)),
                        List.of(
                                "spring.ssl.bundle.pem.database.truststore.certificate=" + authority,
                                "spring.datasource.hikari.minimum-idle=1",
                                "eventsource.ssl.bundle=database"),
                        List.of(more))
                .flatMap(List::stream)
                .forEach(each -> arguments.put(each.substring(0, each.indexOf('=')), "--" + each));
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .run(arguments.values().toArray(String[]::new));
    }

    private static void assertThatItDoesNotStart(CapturedOutput output, ThrowingCallable start, String... told) {
        assertThatThrownBy(start).isNotNull();
        assertThat(output).contains("APPLICATION FAILED TO START").contains(told);
    }

    @Test
    void the_bundle_secures_the_pool_and_the_connections_beside_it() {
        try (ConfigurableApplicationContext context = run("", server.certificate())) {
            context.getBean(EventStore.class).append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));

            await().untilAsserted(() ->
                    assertThat(context.getBean(Application.class).handled).isNotEmpty());
            JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
            await().untilAsserted(() -> assertThat(jdbc.queryForList(
                            """
                            SELECT a.application_name FROM pg_stat_ssl AS s JOIN pg_stat_activity AS a ON a.pid = s.pid
                             WHERE a.backend_type = 'client backend' AND s.ssl""",
                            String.class))
                    .contains("eventsource", "eventsource-listener", "eventsource-notifier"));
            HikariDataSource pool = context.getBean(HikariDataSource.class);
            assertThat(pool.getDataSourceProperties()).containsEntry("sslmode", "verify-full");
        }
    }

    @Test
    void it_holds_where_the_pool_is_boots_in_all_else() {
        try (ConfigurableApplicationContext context = run("", server.certificate(), "eventsource.pool.enabled=false")) {
            assertThat(context.getBean(JdbcTemplate.class).queryForObject("SELECT 1", Integer.class))
                    .isOne();
        }
    }

    @Test
    void the_bundles_options_hold() {
        try (ConfigurableApplicationContext context = run(
                "",
                server.certificate(),
                "spring.ssl.bundle.pem.database.options.enabled-protocols=TLSv1.2",
                "spring.ssl.bundle.pem.database.options.ciphers=TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")) {
            assertThat(context.getBean(JdbcTemplate.class)
                            .queryForObject(
                                    "SELECT version || ' ' || cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
                                    String.class))
                    .isEqualTo("TLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384");
        }
    }

    @Test
    void a_renewed_bundle_holds_from_the_next_connection_on() throws Exception {
        try (ConfigurableApplicationContext context = run(
                "",
                server.certificate(),
                "spring.ssl.bundle.pem.other.truststore.certificate=" + stranger.certificate(),
                "spring.datasource.hikari.connection-timeout=1000")) {
            HikariDataSource pool = context.getBean(HikariDataSource.class);
            DefaultSslBundleRegistry registry = context.getBean(DefaultSslBundleRegistry.class);
            SslBundle good = context.getBean(SslBundles.class).getBundle("database");

            registry.updateBundle("database", registry.getBundle("other"));

            await().untilAsserted(() -> {
                // each time: a connection that was being opened at the update may come into the pool after an eviction
                pool.getHikariPoolMXBean().softEvictConnections();
                assertThatThrownBy(() -> pool.getConnection().close())
                        .isInstanceOf(SQLException.class)
                        .hasStackTraceContaining("PKIX path validation failed");
            });

            registry.updateBundle("database", good);

            await().ignoreException(SQLException.class)
                    .untilAsserted(() -> pool.getConnection().close());
        }
    }

    @Test
    void a_certificate_that_the_bundle_does_not_vouch_for_is_refused(CapturedOutput output) {
        assertThatItDoesNotStart(
                output,
                () -> run("", stranger.certificate()).close(),
                "There is no secure connection to the database: SSL error: ",
                "PKIX path validation failed",
                "those of the bundle that eventsource.ssl.bundle names");
    }

    @Test
    void a_server_of_another_name_is_refused_unless_the_url_leaves_out_the_name(CapturedOutput output) {
        String byAnotherName = "spring.datasource.url=" + server.url("").replace("127.0.0.1", "localhost");

        assertThatItDoesNotStart(
                output,
                () -> run("", server.certificate(), byAnotherName).close(),
                "The hostname localhost could not be verified",
                "the server's certificate must name the URL's host");

        try (ConfigurableApplicationContext context =
                run("", server.certificate(), byAnotherName + "sslmode=verify-ca")) {
            assertThat(context.isActive()).isTrue();
        }
    }

    @Test
    void an_unknown_bundle_is_named_with_its_property_and_the_known_ones(CapturedOutput output) {
        assertThatItDoesNotStart(
                output,
                () -> run("", server.certificate(), "eventsource.ssl.bundle=databse")
                        .close(),
                "eventsource.ssl.bundle",
                "databse",
                "There is no such bundle under spring.ssl.bundle; there are [database].");
    }

    @Test
    void a_bundle_whose_file_is_missing_is_named(CapturedOutput output) {
        assertThatThrownBy(() -> run("", folder.resolve("nowhere.pem")).close()).hasStackTraceContaining("nowhere.pem");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sslmode=prefer", "sslmode=disable", "sslfactory=org.postgresql.ssl.NonValidatingFactory"})
    void a_url_that_goes_without_the_bundle_contradicts_it(String parameters, CapturedOutput output) {
        assertThatItDoesNotStart(
                output,
                () -> run(parameters, server.certificate()).close(),
                "eventsource.ssl.bundle",
                parameters.startsWith("sslmode") ? "With " + parameters : "another sslfactory",
                "see spring.datasource.url");
    }

    @Test
    void a_data_source_that_the_bundle_does_not_reach_stops_the_application(CapturedOutput output) {
        assertThatItDoesNotStart(
                output,
                () -> new SpringApplicationBuilder(Application.class, OwnDataSource.class)
                        .web(WebApplicationType.NONE)
                        .run(
                                "--eventsource.ssl.bundle=database",
                                "--spring.ssl.bundle.pem.database.truststore.certificate=" + server.certificate())
                        .close(),
                "eventsource.ssl.bundle",
                "'own' is another data source");
    }

    @Test
    void without_hikari_it_is_not_overlooked() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(DatabaseTlsAutoConfiguration.class))
                .withUserConfiguration(OwnDataSource.class)
                .withPropertyValues("eventsource.ssl.bundle=database")
                .withClassLoader(new FilteredClassLoader(HikariDataSource.class))
                .run(context ->
                        assertThat(context).getFailure().rootCause().hasMessageContaining("eventsource.ssl.bundle"));
    }
}
