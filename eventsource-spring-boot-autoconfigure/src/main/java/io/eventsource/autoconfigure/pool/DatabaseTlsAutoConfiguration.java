package io.eventsource.autoconfigure.pool;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/** Secures the connections to the database by a bundle of Boot's, where the application names one. */
@AutoConfiguration
@ConditionalOnProperty(name = DatabaseTls.PROPERTY)
@ConditionalOnBooleanProperty(name = "eventsource.enabled", matchIfMissing = true)
@EnableConfigurationProperties(SslProperties.class)
public final class DatabaseTlsAutoConfiguration {

    /** Creates the configuration. */
    public DatabaseTlsAutoConfiguration() {}

    @Bean
    static DatabaseTls eventSourceDatabaseTls(
            Environment environment, ConfigurableListableBeanFactory beanFactory, ObjectProvider<SslBundles> bundles) {
        String bundle = environment.getRequiredProperty(DatabaseTls.PROPERTY);
        // left out it would be overlooked, and connections made without it
        if (!ClassUtils.isPresent("com.zaxxer.hikari.HikariDataSource", beanFactory.getBeanClassLoader())) {
            throw new InvalidConfigurationPropertyValueException(
                    DatabaseTls.PROPERTY, bundle, "It secures HikariCP pools, and HikariCP is not on the class path.");
        }
        return new DatabaseTls(bundle, beanFactory, bundles);
    }
}
