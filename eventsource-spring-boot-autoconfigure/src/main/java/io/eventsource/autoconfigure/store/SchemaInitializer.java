package io.eventsource.autoconfigure.store;

import io.eventsource.ground.GroundReport;
import io.eventsource.schema.SchemaMigrator;
import org.springframework.beans.factory.InitializingBean;

/** Runs the library's migrations when the context starts. */
final class SchemaInitializer implements InitializingBean {

    private final SchemaMigrator migrator;
    private final GroundCheck ground;

    SchemaInitializer(SchemaMigrator migrator, GroundCheck ground) {
        this.migrator = migrator;
        this.ground = ground;
    }

    @Override
    public void afterPropertiesSet() {
        GroundReport unused = ground.checkServer();
        migrator.migrate();
    }
}
