package io.eventsource.autoconfigure;

import io.eventsource.schema.SchemaMigrator;
import org.springframework.beans.factory.InitializingBean;

/** Runs the library's migrations when the context starts. */
final class SchemaInitializer implements InitializingBean {

    private final SchemaMigrator migrator;

    SchemaInitializer(SchemaMigrator migrator) {
        this.migrator = migrator;
    }

    @Override
    public void afterPropertiesSet() {
        migrator.migrate();
    }
}
