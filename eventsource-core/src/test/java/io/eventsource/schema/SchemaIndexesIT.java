package io.eventsource.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** The indexes of {@code docs/schema.md}: each can be made, and serves the queries it is for. */
@OnEachPostgres
class SchemaIndexesIT {

    private static final Pattern STATEMENT =
            Pattern.compile("CREATE INDEX CONCURRENTLY (\\w+) ON eventsource\\.events[^;]*;");

    /** By the name of the index, the end of a query that it is for. */
    private static final Map<String, String> QUERIES = Map.of(
            "events_event_id_idx",
            "event_id = '0cc175b9-c0f1-b6a8-31c3-99e269772661'",
            "events_tenant_id_created_at_idx",
            "tenant_id = 'tenant 7' AND created_at >= '2025-01-03' AND created_at < '2025-01-04' ORDER BY position LIMIT 1000",
            "events_correlation_id_idx",
            "correlation_id = 'request 7' ORDER BY position",
            "events_actor_id_idx",
            "actor_id = 'actor 7' ORDER BY position DESC LIMIT 20",
            "events_event_type_idx",
            "position > 100 AND position <= 20000 AND event_type = ANY ('{type 7}') ORDER BY position LIMIT 1000",
            "events_aggregate_type_idx",
            "aggregate_type = 'aggregate 7' ORDER BY position",
            "events_timestamp_idx",
            "\"timestamp\" >= '2025-01-07 12:00:00+00'",
            "events_since_2025_01_01_idx",
            "event_type = 'type 7' AND \"timestamp\" >= '2025-01-03 00:00:00+00'");

    private final TestDatabase database;

    SchemaIndexesIT(TestDatabase server) {
        this.database = TestDatabase.migrated(server.major());
    }

    /** 20,000 events, one a minute until midnight of the 8th of January 2025. */
    @BeforeEach
    void fill() {
        database.jdbc()
                .update(
                        """
                INSERT INTO eventsource.events (event_id, append_id, aggregate_id, aggregate_type, version, event_type, bucket,
                                                tenant_id, actor_id, correlation_id, "timestamp", created_at, payload)
                SELECT md5('event' || i)::uuid, md5('append' || i)::uuid, md5('stream' || i)::uuid, 'aggregate ' || i % 100, 1,
                       'type ' || i % 100, i % 1024, 'tenant ' || i % 100, 'actor ' || i % 500, 'request ' || i % 5000,
                       t, t, '{}'
                  FROM generate_series(1, 20000) AS i,
                       LATERAL (SELECT timestamptz '2025-01-08 00:00:00+00' - (20000 - i) * interval '1 minute') AS at (t)""");
        database.jdbc().execute("ANALYZE eventsource.events");
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static Map<String, String> documented() throws IOException {
        Map<String, String> statements = new LinkedHashMap<>();
        Matcher statement = STATEMENT.matcher(Files.readString(Path.of("../docs/schema.md")));
        while (statement.find()) {
            statements.put(statement.group(1), statement.group());
        }
        return statements;
    }

    private String planOf(String end) throws SQLException {
        try (Connection connection = database.connect()) {
            JdbcTemplate jdbc = TestDatabase.on(connection);
            jdbc.execute("SET timezone = 'UTC'");
            jdbc.execute("SET enable_seqscan = off");
            return String.join(
                    "\n", jdbc.queryForList("EXPLAIN SELECT * FROM eventsource.events WHERE " + end, String.class));
        }
    }

    @Test
    void each_can_be_made_and_is_used() throws Exception {
        Map<String, String> documented = documented();
        assertThat(documented).containsOnlyKeys(QUERIES.keySet());
        for (Map.Entry<String, String> query : QUERIES.entrySet()) {
            String index = query.getKey();
            assertThat(planOf(query.getValue())).doesNotContain(index);

            database.jdbc().execute(documented.getOrDefault(index, ""));

            assertThat(planOf(query.getValue())).contains(index);
            database.jdbc().execute("DROP INDEX eventsource." + index);
        }
    }

    @Test
    void times_of_insertion_and_time_ordered_ids_need_none() throws SQLException {
        assertThat(planOf("created_at >= '2025-01-07'")).contains("events_arrival_idx");
        assertThat(planOf("event_id = '0cc175b9-c0f1-b6a8-31c3-99e269772661'")).contains("events_arrival_idx");
    }

    @Test
    void a_dated_index_serves_no_query_whose_day_the_planner_does_not_know() throws Exception {
        database.jdbc().execute(documented().getOrDefault("events_since_2025_01_01_idx", ""));

        assertThat(planOf("event_type = 'type 7' AND \"timestamp\" >= NOW() - INTERVAL '7 days'"))
                .doesNotContain("events_since_2025_01_01_idx");
    }

    @Test
    void the_time_of_day_is_refused_in_the_predicate_of_an_index() {
        assertThatThrownBy(() -> database.jdbc()
                        .execute("CREATE INDEX ON eventsource.events (\"timestamp\")"
                                + " WHERE \"timestamp\" > NOW() - INTERVAL '7 days'"))
                .rootCause()
                .hasMessageContaining("must be marked IMMUTABLE");
    }
}
