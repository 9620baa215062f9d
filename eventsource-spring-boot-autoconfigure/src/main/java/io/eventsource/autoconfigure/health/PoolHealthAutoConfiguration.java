package io.eventsource.autoconfigure.health;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.autoconfigure.pool.OnStorePool;
import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.jdbc.EventSourceDataSource;
import io.eventsource.store.EventStore;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/** Reports how busy the store's HikariCP pool is, where Actuator is present. */
@AutoConfiguration(after = EventStoreAutoConfiguration.class)
@ConditionalOnClass({HikariDataSource.class, HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(EventStore.class)
@Conditional(OnStorePool.class)
@ConditionalOnEnabledHealthIndicator("eventsource-pool")
@EnableConfigurationProperties(HealthProperties.class)
public final class PoolHealthAutoConfiguration {

    /** Creates the configuration. */
    public PoolHealthAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(name = "eventsourcePoolHealthIndicator")
    PoolHealthIndicator eventsourcePoolHealthIndicator(
            @EventSourceDataSource ObjectProvider<HikariDataSource> marked,
            ObjectProvider<HikariDataSource> pools,
            HealthProperties properties) {
        return new PoolHealthIndicator(
                OnStorePool.pool(marked, pools), properties.pool().saturation());
    }
}
