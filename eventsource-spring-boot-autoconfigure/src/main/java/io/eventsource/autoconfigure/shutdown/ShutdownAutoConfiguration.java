package io.eventsource.autoconfigure.shutdown;

import io.eventsource.autoconfigure.lifecycle.ShutdownProperties;
import io.eventsource.autoconfigure.subscription.SubscriptionAutoConfiguration;
import io.eventsource.store.EventStore;
import io.eventsource.subscription.GracefulShutdown;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** Has the process say by its exit code that it has stopped in order, where the application wants that. */
@AutoConfiguration(after = SubscriptionAutoConfiguration.class)
@ConditionalOnBean(EventStore.class)
@ConditionalOnBooleanProperty(name = SigtermExit.PROPERTY)
@EnableConfigurationProperties(ShutdownProperties.class)
public final class ShutdownAutoConfiguration {

    /** Creates the configuration. */
    public ShutdownAutoConfiguration() {}

    @Bean
    SigtermExit sigtermExit(ConfigurableApplicationContext context, ObjectProvider<GracefulShutdown> shutdown) {
        return new SigtermExit(context, shutdown, System::exit);
    }
}
