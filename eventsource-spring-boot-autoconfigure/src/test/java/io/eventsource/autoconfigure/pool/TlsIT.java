package io.eventsource.autoconfigure.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.AccountApplication;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TlsServer;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;

/** Connections with TLS to a server that takes no others. */
class TlsIT {

    @TempDir
    static Path folder;

    private static TlsServer server;

    @BeforeAll
    static void start() throws Exception {
        server = TlsServer.start(folder);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static ApplicationContextRunner application(String parameters) {
        return Runners.plain()
                .withUserConfiguration(AccountApplication.class)
                .withPropertyValues(server.properties(parameters))
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> {}));
    }

    @Test
    void the_url_secures_the_pool_and_the_connections_beside_it() {
        application("sslmode=verify-full&sslrootcert=" + server.certificate()).run(context -> {
            context.getBean(EventStore.class).append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));

            JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
            await().untilAsserted(() -> {
                List<Boolean> encrypted = jdbc.queryForList(
                        """
                        SELECT s.ssl FROM pg_stat_ssl AS s JOIN pg_stat_activity AS a ON a.pid = s.pid
                         WHERE a.backend_type = 'client backend'""",
                        Boolean.class);
                assertThat(encrypted).isNotEmpty().containsOnly(true);
                assertThat(jdbc.queryForList(
                                "SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'eventsource-%'",
                                String.class))
                        .contains("eventsource-listener", "eventsource-notifier");
            });
        });
    }

    @Test
    void a_certificate_that_nobody_vouches_for_is_refused() throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        try (TlsServer stranger = TlsServer.start(other)) {
            application("sslmode=verify-full&sslrootcert=" + stranger.certificate())
                    .run(context ->
                            assertThat(context).getFailure().hasStackTraceContaining("PKIX path validation failed"));
        }
    }

    @Test
    void a_server_that_wants_tls_refuses_who_does_without() {
        application("sslmode=disable")
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining("pg_hba.conf"));
    }
}
