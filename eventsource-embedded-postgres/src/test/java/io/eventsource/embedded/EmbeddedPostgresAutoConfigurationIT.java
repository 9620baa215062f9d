package io.eventsource.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A whole application, with Boot finding the auto-configurations, and H2 on the class path. */
class EmbeddedPostgresAutoConfigurationIT {

    @TempDir
    Path temporary;

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        static Destructions destructions() {
            return new Destructions(new CopyOnWriteArrayList<>());
        }
    }

    /** The beans in the order in which they are destroyed, and whether the server still answered then. */
    record Destructions(List<String> beans) implements DestructionAwareBeanPostProcessor {

        @Override
        public void postProcessBeforeDestruction(Object bean, String beanName) {
            beans.add(beanName);
        }

        @Override
        public boolean requiresDestruction(Object bean) {
            return bean instanceof DataSource || bean instanceof EmbeddedPostgresServer;
        }
    }

    private ConfigurableApplicationContext run(Path folder) {
        SpringApplication application = new SpringApplication(Application.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        return application.run(
                "--eventsource.embedded-postgres.throw-away-in-tests=false",
                "--eventsource.embedded-postgres.data-directory=" + folder,
                "--eventsource.embedded-postgres.binaries-directory=" + Servers.binaries());
    }

    @Test
    void boots_pool_connects_to_postgres_and_not_to_an_in_memory_database() throws Exception {
        Path folder = temporary.toRealPath().resolve("postgres");
        try (ConfigurableApplicationContext context = run(folder)) {
            HikariDataSource pool = context.getBean(HikariDataSource.class);
            EmbeddedPostgresServer server = context.getBean(EmbeddedPostgresServer.class);
            assertThat(pool.getJdbcUrl()).isEqualTo(server.jdbcUrl()).endsWith("/eventsource");
            assertThat(server.dataDirectory()).isEqualTo(folder);
            try (Connection connection = pool.getConnection()) {
                assertThat(connection.getMetaData().getDatabaseProductName()).isEqualTo("PostgreSQL");
                assertThat(Servers.query(connection, "SHOW fsync")).isEqualTo("on");
            }
        }
    }

    @Test
    void pool_is_closed_before_the_server_stops() throws Exception {
        Path folder = temporary.toRealPath().resolve("postgres");
        ConfigurableApplicationContext context = run(folder);
        Destructions destructions = context.getBean(Destructions.class);
        context.getBean(DataSource.class).getConnection().close();
        assertThat(context.getBeanFactory().getDependentBeans("embeddedPostgresServer"))
                .as("the order must not rest on the order of registration")
                .containsExactly("embeddedPostgresConnectionDetails");
        assertThat(context.getBeanFactory().getDependentBeans("embeddedPostgresConnectionDetails"))
                .contains("dataSource");

        context.close();

        assertThat(destructions.beans()).containsExactly("dataSource", "embeddedPostgresServer");
        assertThat(Servers.postmasters(folder)).isEmpty();
        assertThat(folder.resolve("data/postmaster.pid")).doesNotExist();
        assertThat(Files.readString(folder.resolve("server.log")))
                .as("a fast stop would have to end the pool's connections")
                .doesNotContain("terminating connection");
    }
}
