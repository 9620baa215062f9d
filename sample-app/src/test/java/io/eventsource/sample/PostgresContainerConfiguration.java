package io.eventsource.sample;

import io.eventsource.embedded.throwaway.DatabaseServer;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/** Databases of tests in a container where there is Docker. Elsewhere the embedded PostgreSQL steps in: the tests are the same. */
@TestConfiguration(proxyBeanMethods = false)
class PostgresContainerConfiguration {

    @Bean
    @Conditional(OnDocker.class)
    DatabaseServer containerOfTests() {
        return ContainerOfTests.server();
    }
}
