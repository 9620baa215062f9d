package io.eventsource.autoconfigure.store;

import io.eventsource.embedded.throwaway.DatabaseTemplate;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.schema.SchemaMigrator;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A database with the library's tables. */
record MigratedTemplate(EventSourceSchema schema) implements DatabaseTemplate {

    private static final Logger log = LoggerFactory.getLogger(MigratedTemplate.class);

    @Override
    public String key() {
        return "eventsource in " + schema.name();
    }

    @Override
    public void fill(DataSource dataSource) {
        int migrations = new SchemaMigrator(dataSource, schema).migrate();
        log.debug("The databases of tests begin with {} migrations", migrations);
    }
}
