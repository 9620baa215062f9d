package io.eventsource.autoconfigure.mistakes;

import io.eventsource.autoconfigure.mistakes.ClassMistakes.Balances;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** Mistakes in data sources and with the database. */
final class DatabaseMistakes {

    private DatabaseMistakes() {}

    private static DataSource unused() {
        return new DriverManagerDataSource("jdbc:postgresql://127.0.0.1:1/nowhere");
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoDataSources {

        @Bean
        DataSource orders() {
            return unused();
        }

        @Bean
        DataSource customers() {
            return unused();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoManagers {

        @Bean
        JdbcTransactionManager first(DataSource dataSource) {
            return new JdbcTransactionManager(dataSource);
        }

        @Bean
        JdbcTransactionManager second(DataSource dataSource) {
            return new JdbcTransactionManager(dataSource);
        }
    }

    static List<Mistake> all() {
        return List.of(
                new Mistake("No database", application -> application
                        .withClassLoader(new FilteredClassLoader("io.eventsource.embedded"))
                        .withPropertyValues("spring.datasource.url=")),
                Mistake.of("Two data sources, none of them primary", TwoDataSources.class),
                new Mistake(
                        "Two transaction managers for one data source",
                        application -> application.withUserConfiguration(TwoManagers.class, Balances.class)),
                Mistake.of(
                        "A schema that nobody has made",
                        "eventsource.schema=shop",
                        "eventsource.migration.enabled=false"),
                Mistake.of(
                        "An address where nobody answers",
                        "spring.datasource.url=jdbc:postgresql://127.0.0.1:1/shop",
                        "spring.datasource.hikari.connection-timeout=250"));
    }
}
