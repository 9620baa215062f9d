package io.eventsource.test.scenario;

import io.eventsource.store.EventStore;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.test.DrainToQuiet;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration that gives the tests of an application a {@link Scenario} and {@link DrainToQuiet} as beans. */
@AutoConfiguration(afterName = "io.eventsource.autoconfigure.subscription.SubscriptionAutoConfiguration")
@ConditionalOnBean({EventStore.class, SubscriptionManager.class})
public final class ScenarioAutoConfiguration {

    /** Creates the configuration. */
    public ScenarioAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    Scenario eventSourceScenario(EventStore store, SubscriptionManager manager) {
        return Scenario.of(store, manager);
    }

    @Bean
    @ConditionalOnMissingBean
    DrainToQuiet eventSourceDrainToQuiet(SubscriptionManager manager) {
        return DrainToQuiet.of(manager);
    }
}
