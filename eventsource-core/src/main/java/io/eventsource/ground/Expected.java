package io.eventsource.ground;

import io.eventsource.event.EventMetadata.Field;
import io.eventsource.log.EventColumns;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What the migrations leave behind, as far as the guarantees need it. */
final class Expected {

    static final List<String> SETTINGS = List.of(
            "server_version_num",
            "server_encoding",
            "transaction_read_only",
            "default_transaction_read_only",
            "default_transaction_isolation",
            "session_replication_role",
            "row_security",
            "synchronous_commit",
            "fsync",
            "full_page_writes",
            "zero_damaged_pages",
            "lock_timeout",
            "statement_timeout",
            "idle_in_transaction_session_timeout",
            "transaction_timeout");

    /** Findings that are refused, and that somebody may have a reason for. */
    static final List<String> ACCEPTABLE = List.of(
            "server-not-postgresql",
            "triggers-do-not-fire",
            "history-trigger",
            "rewrite-rules",
            "inheritance",
            "unlogged-table");

    /** Tables whose rows are lost together or not at all. */
    static final List<String> TABLES = List.of(
            "events",
            "event_streams",
            "high_water_mark",
            "log_incarnation",
            "projection_checkpoints",
            "subscription_instances",
            "subscription_controls",
            "snapshots",
            "dead_letter_queue",
            "parked_aggregates",
            "event_outbox",
            "event_outbox_routes",
            "event_inbox");

    static final String INCARNATION = "log_incarnation";

    static final Map<String, String> COLUMNS = columns();

    /** Table, and its columns in the order of the alphabet. */
    static final List<String> UNIQUE = List.of(
            "events(position)",
            "events(aggregate_id,version)",
            "event_streams(aggregate_id)",
            "high_water_mark(singleton)",
            "log_incarnation(singleton)",
            "projection_checkpoints(projection_name,segment)",
            "subscription_instances(instance_id)",
            "subscription_controls(projection_name)",
            "snapshots(aggregate_id)",
            "dead_letter_queue(id)",
            "dead_letter_queue(position,projection_name)",
            "parked_aggregates(aggregate_id,projection_name)",
            "event_outbox(destination,position)",
            "event_outbox_routes(destination,event_type)",
            "event_inbox(consumer,message_id,source)");

    static final List<String> FUNCTIONS = List.of(
            "advance_stream",
            "append_event",
            "append_events",
            "append_group",
            "insert_events",
            "insert_deferred_events",
            "refuse_change_of_history",
            "publish_high_water_mark",
            "repair_positions",
            "missed_events",
            "leased",
            "split_segment",
            "complete_merge",
            "merge_segments",
            "close_dead_letter",
            "message_payload",
            "outbox_rows",
            "write_outbox_rows");

    private static final Set<String> FOR_THE_OWNER = Set.of("repair_positions", "missed_events", "outbox_rows");

    /** Those that an application calls. */
    static final List<String> CALLED =
            FUNCTIONS.stream().filter(each -> !FOR_THE_OWNER.contains(each)).toList();

    /** What an append names; the position and the time of arrival are the database's. */
    static final List<String> APPENDED = Stream.concat(
                    Stream.of(
                            "event_id",
                            "append_id",
                            "aggregate_id",
                            "aggregate_type",
                            "version",
                            "event_type",
                            "revision",
                            "bucket",
                            "timestamp",
                            "payload",
                            "metadata"),
                    EventColumns.TEXTS.stream().map(Field::column))
            .toList();

    private static final List<String> ALL = List.of("SELECT", "INSERT", "UPDATE", "DELETE");

    static final Map<String, List<String>> RIGHTS = rights();

    private Expected() {}

    private static Map<String, String> columns() {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("events.position", "bigint not null identity");
        for (String id : List.of("event_id", "append_id", "aggregate_id")) {
            columns.put("events." + id, "uuid not null");
        }
        columns.put("events.aggregate_type", "text not null");
        columns.put("events.version", "bigint not null");
        columns.put("events.event_type", "text not null");
        columns.put("events.revision", "smallint not null");
        columns.put("events.bucket", "smallint not null");
        EventColumns.TEXTS.forEach(text -> columns.put("events." + text.column(), "text"));
        columns.put("events.timestamp", "timestamp with time zone not null");
        columns.put("events.created_at", "timestamp with time zone not null");
        columns.put("events.payload", "jsonb not null");
        columns.put("events.metadata", "jsonb");
        columns.put("event_streams.aggregate_id", "uuid not null");
        columns.put("event_streams.aggregate_type", "text not null");
        columns.put("event_streams.tenant_id", "text");
        columns.put("event_streams.version", "bigint not null");
        columns.put("event_streams.append_ids", "uuid[] not null");
        columns.put("event_streams.append_versions", "bigint[] not null");
        columns.put("high_water_mark.position", "bigint not null");
        columns.put("projection_checkpoints.position", "bigint not null");
        columns.put("projection_checkpoints.epoch", "bigint not null");
        columns.put("projection_checkpoints.owner", "uuid");
        columns.put("dead_letter_queue.position", "bigint not null");
        return columns;
    }

    private static Map<String, List<String>> rights() {
        Map<String, List<String>> rights = new LinkedHashMap<>();
        rights.put("events", List.of("SELECT"));
        rights.put("event_streams", List.of("SELECT", "INSERT", "UPDATE"));
        rights.put("high_water_mark", List.of("SELECT"));
        rights.put("log_incarnation", List.of("SELECT", "INSERT"));
        rights.put("projection_checkpoints", ALL);
        rights.put("subscription_instances", ALL);
        rights.put("subscription_controls", List.of("SELECT", "INSERT", "UPDATE"));
        rights.put("snapshots", ALL);
        rights.put("dead_letter_queue", ALL);
        rights.put("parked_aggregates", ALL);
        return rights;
    }
}
