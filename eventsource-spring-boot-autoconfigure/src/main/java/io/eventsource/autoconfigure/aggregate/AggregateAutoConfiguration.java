package io.eventsource.autoconfigure.aggregate;

import io.eventsource.aggregate.CommandRetries;
import io.eventsource.store.EventStore;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Registers one repository for each aggregate class and each decider of the application. */
@AutoConfiguration(after = SnapshotAutoConfiguration.class)
@ConditionalOnBean(EventStore.class)
@EnableConfigurationProperties(CommandProperties.class)
public final class AggregateAutoConfiguration {

    /** Creates the configuration. */
    public AggregateAutoConfiguration() {}

    @Bean
    static AggregateRepositoryRegistrar aggregateRepositoryRegistrar(Environment environment) {
        return new AggregateRepositoryRegistrar(environment);
    }

    @Bean
    static DeciderRepositoryRegistrar deciderRepositoryRegistrar() {
        return new DeciderRepositoryRegistrar();
    }

    @Bean
    @ConditionalOnMissingBean
    CommandRetries commandRetries(CommandProperties properties) {
        return properties.retries();
    }
}
