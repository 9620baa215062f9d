package io.eventsource.schema;

import io.eventsource.schema.SchemaMigrator.Status;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;

/** Looks whether the library's tables are there. Cheap enough for a health probe: it reads the catalogue and the migration history. */
final class SchemaInspector {

    private static final List<String> TABLES = List.of(
            "dead_letter_queue",
            "event_inbox",
            "event_outbox",
            "event_outbox_routes",
            "event_streams",
            "events",
            "high_water_mark",
            "log_incarnation",
            "terminated_transactions",
            "parked_aggregates",
            "projection_checkpoints",
            "snapshots",
            "subscription_controls",
            "subscription_instances");

    private final JdbcOperations jdbc;
    private final EventSourceSchema schema;

    SchemaInspector(JdbcOperations jdbc, EventSourceSchema schema) {
        this.jdbc = jdbc;
        this.schema = schema;
    }

    /** Which tables are missing and which version is installed. */
    Status inspect() {
        List<String> missing = jdbc.queryForList(
                """
                SELECT t FROM unnest(?::text[]) AS t
                 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_tables WHERE schemaname = ? AND tablename = t)
                 ORDER BY t""",
                String.class,
                TABLES.toArray(String[]::new),
                schema.name());
        return new Status(missing, installedVersion());
    }

    /** The highest version in the history, 0 without one. */
    int installedVersion() {
        Boolean history = jdbc.queryForObject(
                "SELECT EXISTS (SELECT FROM pg_catalog.pg_tables WHERE schemaname = ? AND tablename = ?)",
                Boolean.class,
                schema.name(),
                SchemaMigrator.HISTORY_TABLE);
        if (!Boolean.TRUE.equals(history)) {
            return 0;
        }
        Integer version = jdbc.queryForObject(
                schema.sql("SELECT coalesce(max(version::integer), 0) FROM {schema}." + SchemaMigrator.HISTORY_TABLE
                        + " WHERE success AND version IS NOT NULL"),
                Integer.class);
        return version == null ? 0 : version;
    }
}
