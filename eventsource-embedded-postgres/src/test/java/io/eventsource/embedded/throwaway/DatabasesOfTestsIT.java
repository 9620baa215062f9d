package io.eventsource.embedded.throwaway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** Test classes as users write them, whose contexts are all kept by Spring's cache, and nothing is configured. */
class DatabasesOfTestsIT {

    /** Where a running application of this folder would have its data. */
    private static final Path OF_THE_APPLICATION = Path.of(".eventsource");

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    @BeforeAll
    static void requireNoFolder() {
        assertThat(OF_THE_APPLICATION).doesNotExist();
    }

    @AfterAll
    static void requireNoFolderStill() {
        assertThat(Files.exists(OF_THE_APPLICATION)).isFalse();
    }

    @Nested
    @SpringBootTest(classes = Application.class, webEnvironment = WebEnvironment.NONE, properties = "which=first")
    class First {

        @Autowired
        JdbcTemplate jdbc;

        @Test
        void has_a_database_of_its_own() {
            requireEmptyAndFill(jdbc);
        }
    }

    @Nested
    @SpringBootTest(classes = Application.class, webEnvironment = WebEnvironment.NONE, properties = "which=second")
    class Second {

        @Autowired
        JdbcTemplate jdbc;

        @Test
        void has_a_database_of_its_own_too() {
            requireEmptyAndFill(jdbc);
        }
    }

    private static void requireEmptyAndFill(JdbcTemplate jdbc) {
        assertThat(jdbc.queryForObject("SELECT to_regclass('mine')", String.class))
                .as("a table of another context")
                .isNull();
        jdbc.execute("CREATE TABLE mine (id bigint)");
    }
}
