package io.eventsource.autoconfigure.store;

import io.eventsource.embedded.throwaway.DatabaseTemplate;
import io.eventsource.schema.EventSourceSchema;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Auto-configuration that has the databases of tests begin with the library's tables, so that they are migrated once for each JVM. */
@AutoConfiguration(after = EventStoreAutoConfiguration.class)
@ConditionalOnClass(DatabaseTemplate.class)
@ConditionalOnBean(SchemaInitializer.class)
public final class DatabaseTemplateAutoConfiguration {

    /** Creates the configuration. */
    public DatabaseTemplateAutoConfiguration() {}

    @Bean
    DatabaseTemplate eventSourceDatabaseTemplate(EventSourceSchema schema) {
        return new MigratedTemplate(schema);
    }
}
