package io.eventsource.benchmarks;

import io.eventsource.schema.EventSourceSchema;
import io.eventsource.schema.SchemaMigrator;
import org.springframework.jdbc.core.JdbcTemplate;

/** The library's tables, for the library and for those who write into the same shape by hand. */
public record EventsourceTables(Database database) {

    public static final EventSourceSchema SCHEMA = new EventSourceSchema("eventsource");

    private static final String EMPTY =
            """
            SET session_replication_role = replica;
            TRUNCATE eventsource.events, eventsource.event_streams, eventsource.snapshots RESTART IDENTITY;
            RESET session_replication_role""";

    private static final String FILL_STREAMS =
            """
            INSERT INTO eventsource.event_streams (aggregate_id, aggregate_type, version)
            SELECT md5('stream ' || i)::uuid, 'order', 10 FROM generate_series(1, ? / 10) AS i""";

    private static final String FILL_EVENTS =
            """
            INSERT INTO eventsource.events
                   (event_id, append_id, aggregate_id, aggregate_type, version, event_type, revision, bucket, "timestamp",
                    payload)
            SELECT gen_random_uuid(), gen_random_uuid(), md5('stream ' || (i - 1) / 10 + 1)::uuid, 'order',
                   (i - 1) % 10 + 1, 'order-line-added', 1, i / 10 % 1024, now(), ?::jsonb
              FROM generate_series(1, ?) AS i""";

    public static EventsourceTables in(Database database) {
        new SchemaMigrator(database.dataSource(), SCHEMA).migrate();
        return new EventsourceTables(database);
    }

    /** Makes all of it anew: the server knows nothing of these tables. */
    void renew() {
        database.jdbc().execute("DROP SCHEMA eventsource CASCADE");
        new SchemaMigrator(database.dataSource(), SCHEMA).migrate();
        database.forgetPlans();
    }

    public void reset(int events) {
        JdbcTemplate jdbc = database.jdbc();
        jdbc.execute(EMPTY);
        jdbc.update(FILL_STREAMS, events);
        jdbc.update(FILL_EVENTS, OrderLineAdded.JSON, events);
        database.settle("eventsource.events", "eventsource.event_streams");
    }
}
