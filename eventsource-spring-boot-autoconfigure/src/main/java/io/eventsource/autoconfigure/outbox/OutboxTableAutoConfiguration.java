package io.eventsource.autoconfigure.outbox;

import io.eventsource.autoconfigure.pool.StoreDataSource;
import io.eventsource.outbox.OutboxRows;
import io.eventsource.schema.EventSourceSchema;
import java.time.Duration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;

/** Has appends write rows of {@code event_outbox}, and looks after these. */
@AutoConfiguration(after = OutboxAutoConfiguration.class)
@ConditionalOnBean(OutboxHandlers.class)
@ConditionalOnProperty(name = "eventsource.outbox.mode", havingValue = "table")
public final class OutboxTableAutoConfiguration {

    /** How often old rows are deleted. */
    private static final Duration CLEANUP_INTERVAL = Duration.ofHours(1);

    /** Creates the configuration. */
    public OutboxTableAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    OutboxRows eventOutboxRows(StoreDataSource store, EventSourceSchema schema) {
        return new OutboxRows(store.dataSource(), schema);
    }

    @Bean
    @DependsOnDatabaseInitialization
    OutboxRowsInitializer eventOutboxRowsInitializer(OutboxRows rows, OutboxHandlers handlers) {
        return new OutboxRowsInitializer(rows, handlers);
    }

    @Bean
    OutboxTask eventOutboxMarking(OutboxRows rows, OutboxHandlers handlers, OutboxProperties properties) {
        return new OutboxTask(
                "Marking what is published in event_outbox",
                properties.table().markInterval(),
                () -> rows.mark(
                        handlers.published().map(ConfiguredDestination::name).toList()));
    }

    @Bean
    OutboxTask eventOutboxCleanup(OutboxRows rows, OutboxProperties properties) {
        Duration retention = properties.table().retention();
        return new OutboxTask("Deleting old rows of event_outbox", CLEANUP_INTERVAL, () -> {
            if (!retention.isZero()) {
                rows.deletePublished(retention);
            }
        });
    }
}
