package io.eventsource.schema;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.eventsource.store.StreamAppend;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;

/** Runs every query of {@code docs/debugging-queries.sql} on a store in trouble, and looks whether it shows the trouble. */
@OnEachPostgres
class DebuggingQueriesIT {

    private static final UUID STREAM = UUID.fromString("550e8400-e29b-41d4-a716-446655440000");
    private static final int OTHERS = 20_000;
    private static final long EVENTS = OTHERS + 3;

    /** A comment of one line that begins with the query's name, and the query. */
    private static final Pattern QUERY = Pattern.compile("(?m)^-- ([^:\n]+): [^\n]+\n((?!--)[^;]+);$");

    private final TestDatabase database;
    private final JdbcTemplate jdbc;
    private @Nullable Connection held;
    private int holder;
    private int waiter;
    private int vacuum;

    DebuggingQueriesIT(TestDatabase server) {
        this.database = TestDatabase.emptyOnFreshCluster(
                server.major(), Map.of("shared_preload_libraries", "pg_stat_statements", "autovacuum", "off"));
        this.jdbc = database.jdbc();
    }

    @AfterEach
    void close() throws SQLException {
        if (held != null) {
            held.close();
        }
        database.close();
    }

    private interface Expectation {
        void check(List<Map<String, Object>> rows);
    }

    private Map<String, Expectation> expectations() {
        return Map.ofEntries(
                entry("connections", rows -> assertThat(only(rows, "application_name", "holder"))
                        .containsEntry("state", "idle in transaction")
                        .containsEntry("connections", 1L)
                        .extractingByKey("longest")
                        .isNotNull()),
                entry("connection limit", rows -> {
                    assertThat(rows).hasSize(1);
                    assertThat(rows.get(0)).containsEntry("max_connections", 300);
                    assertThat(number(rows.get(0), "connections")).isBetween(4L, 20L);
                }),
                entry("slow statements (13 and later)", DebuggingQueriesIT::slowStatements),
                entry("slow statements (12)", DebuggingQueriesIT::slowStatements),
                entry("table sizes", rows -> {
                    assertThat(rows).hasSize(15);
                    assertThat(rows.get(0)).containsEntry("relname", "events");
                    assertThat(number(rows.get(0), "estimated_rows")).isEqualTo(EVENTS);
                }),
                entry("log end", rows -> {
                    assertThat(rows).hasSize(1);
                    assertThat(rows.get(0))
                            .containsEntry("highest_position", EVENTS)
                            .containsEntry("high_water_mark", EVENTS - 3)
                            .containsEntry("open_writers", 2L);
                }),
                entry("log holders", rows -> {
                    assertThat(rows).hasSize(2);
                    assertThat(only(rows, "pid", holder))
                            .containsEntry("application_name", "holder")
                            .containsEntry("state", "idle in transaction")
                            .extractingByKey("open_for")
                            .isNotNull();
                    assertThat(only(rows, "gid", "forgotten"))
                            .containsEntry("pid", null)
                            .extractingByKey("open_for")
                            .isNotNull();
                }),
                entry("projection lag", rows -> {
                    assertThat(rows)
                            .extracting(row -> row.get("projection_name"))
                            .containsExactly("behind", "at the mark", "before the mark was published", "outbox:kafka");
                    assertThat(rows).extracting(row -> row.get("behind")).containsExactly(EVENTS - 4, 0L, 0L, 0L);
                    assertThat(rows.get(0).get("next_event_at")).isNotNull();
                    assertThat(rows.get(1).get("next_event_at")).isNull();
                }),
                entry("dead letters", rows -> {
                    assertThat(rows).hasSize(3);
                    assertThat(only(rows, "status", "failed"))
                            .containsEntry("projection_name", "orders")
                            .containsEntry("events", 2L)
                            .extractingByKey("oldest_failure")
                            .hasToString("2025-01-01 00:00:00.0");
                    assertThat(only(rows, "status", "resolved")).containsEntry("events", 1L);
                }),
                entry("dead letters by error", rows -> {
                    assertThat(rows).hasSize(1);
                    assertThat(rows.get(0))
                            .containsEntry("error_type", "java.lang.IllegalStateException")
                            .containsEntry("events", 2L)
                            .containsEntry("first_position", 1L);
                }),
                entry("outbox", rows -> {
                    assertThat(rows).hasSize(1);
                    assertThat(rows.get(0))
                            .containsEntry("destination", "kafka")
                            .containsEntry("position", EVENTS - 3)
                            .containsEntry("positions_behind", 0L)
                            .containsEntry("published", 6L)
                            .containsEntry("waiting", 1L)
                            .containsEntry("failed", 0L);
                }),
                entry("stream", rows -> {
                    assertThat(rows).extracting(row -> row.get("version")).containsExactly(1L, 2L, 3L);
                    assertThat(rows).extracting(row -> row.get("event_type")).containsOnly("deposited");
                }),
                entry("stream plan", rows -> assertThat(rows.toString())
                        .contains("events_aggregate_id_version_key", "actual", "rows=3", "Buffers: shared hit")),
                entry("stream version", rows -> {
                    assertThat(rows).hasSize(1);
                    assertThat(rows.get(0)).containsEntry("version", 3L).containsEntry("events", 3L);
                }),
                entry("throughput", rows -> assertThat(rows.stream()
                                .mapToLong(row -> number(row, "events"))
                                .sum())
                        .isEqualTo(EVENTS)),
                entry("index usage", rows -> assertThat(
                                number(only(rows, "indexrelname", "events_aggregate_id_version_key"), "idx_scan"))
                        .isPositive()),
                entry("invalid indexes", rows -> {
                    assertThat(rows).hasSize(1);
                    assertThat(String.valueOf(rows.get(0).get("index"))).isEqualTo("eventsource.events_failed_idx");
                }),
                entry("cache", rows -> assertThat(number(only(rows, "relname", "events"), "heap_blks_hit"))
                        .isPositive()),
                entry("autovacuum", rows -> {
                    Map<String, Object> events = only(rows, "relname", "events");
                    assertThat(events.get("last_analyze")).isNotNull();
                    assertThat(events.get("last_autovacuum")).isNull();
                    // an estimate: what a session reports behind an ANALYZE of its own is added once more
                    assertThat(number(events, "n_live_tup")).isGreaterThanOrEqualTo(EVENTS);
                    assertThat(number(events, "transaction_age")).isPositive();
                    assertThat(number(only(rows, "relname", "high_water_mark"), "n_dead_tup"))
                            .isPositive();
                }),
                entry("running vacuums", rows -> assertThat(
                                String.valueOf(only(rows, "pid", vacuum).get("table")))
                        .isEqualTo("eventsource.events")),
                entry("old transactions", rows -> assertThat(only(rows, "pid", holder))
                        .containsEntry("state", "idle in transaction")),
                entry("waiting sessions", rows -> {
                    assertThat(rows).hasSize(1);
                    assertThat(rows.get(0)).containsEntry("pid", waiter);
                    assertThat(rows.get(0).get("blocked_by")).hasToString("{" + holder + "}");
                }));
    }

    private static void slowStatements(List<Map<String, Object>> rows) {
        assertThat(rows).isNotEmpty().anySatisfy(row -> {
            assertThat(String.valueOf(row.get("query"))).contains("eventsource.append_event");
            assertThat(row).containsEntry("calls", 3L);
            assertThat(row).containsKeys("total", "mean", "max");
        });
    }

    @TestFactory
    Stream<DynamicTest> every_query_shows_what_it_says() throws Exception {
        Map<String, String> queries = queries();
        Map<String, Expectation> expectations = expectations();
        assertThat(queries).containsOnlyKeys(expectations.keySet());
        bringIntoTrouble();
        String otherVersion = database.major() == 12 ? "(13 and later)" : "(12)";
        return queries.entrySet().stream()
                .filter(query -> !query.getKey().endsWith(otherVersion))
                .map(query -> DynamicTest.dynamicTest(query.getKey(), () -> {
                    Expectation expectation = expectations.get(query.getKey());
                    assertThat(expectation).isNotNull();
                    // statistics and other sessions are seen a moment later
                    await().pollDelay(Duration.ZERO)
                            .atMost(Duration.ofSeconds(20))
                            .untilAsserted(() -> {
                                List<Map<String, Object>> rows = jdbc.queryForList(query.getValue());
                                if (expectation != null) {
                                    expectation.check(rows);
                                }
                            });
                }));
    }

    private static Map<String, String> queries() throws IOException {
        String file = Files.readString(Path.of("../docs/debugging-queries.sql"));
        Map<String, String> queries = new LinkedHashMap<>();
        Matcher query = QUERY.matcher(file);
        while (query.find()) {
            queries.put(query.group(1), query.group(2));
        }
        assertThat(queries).hasSize(file.split(";\n", -1).length - 1);
        return queries;
    }

    private void bringIntoTrouble() throws SQLException {
        new SchemaMigrator(database.dataSource(), TestDatabase.SCHEMA).migrate();
        jdbc.execute("CREATE EXTENSION pg_stat_statements");
        // else what the migrations took may leave no room for three appends among the slowest
        jdbc.execute("SELECT pg_stat_statements_reset()");
        for (int i = 0; i < 3; i++) {
            database.store().append(StreamAppend.to("account", STREAM, new Deposited(i)));
        }
        jdbc.execute(insertEvents(1, OTHERS));
        jdbc.execute("ANALYZE eventsource.events");
        jdbc.update("UPDATE eventsource.high_water_mark SET position = ?", EVENTS - 3);
        jdbc.update(
                """
                INSERT INTO eventsource.projection_checkpoints (projection_name, segment, position)
                VALUES ('behind', 0, 1), ('at the mark', 0, ?), ('before the mark was published', 0, ?)""",
                EVENTS - 3,
                EVENTS);
        jdbc.execute(
                """
                INSERT INTO eventsource.dead_letter_queue (projection_name, event_id, event_type, position, aggregate_id,
                            aggregate_type, version, revision, bucket, event_timestamp, event_created_at, event_data, error_type,
                            status, first_failed_at)
                SELECT 'orders', md5(i::text)::uuid, 'deposited', i, md5(i::text)::uuid, 'account', 1, 1, 0, now(), now(), '{}',
                       'java.lang.IllegalStateException', CASE i WHEN 3 THEN 'resolved' ELSE 'failed' END,
                       make_timestamptz(2025, 1, i, 0, 0, 0)
                  FROM generate_series(1, 3) AS i""");
        jdbc.update(
                """
                INSERT INTO eventsource.projection_checkpoints (projection_name, segment, position, events_processed)
                VALUES ('outbox:kafka', 0, ?, 7)""",
                EVENTS - 3);
        jdbc.execute(
                """
                INSERT INTO eventsource.dead_letter_queue (projection_name, event_id, event_type, position, aggregate_id,
                            aggregate_type, version, revision, bucket, event_timestamp, event_created_at, event_data, status)
                VALUES ('outbox:kafka', md5('1')::uuid, 'deposited', 1, md5('1')::uuid, 'account', 1, 1, 0, now(), now(), '{}',
                        'waiting')""");
        assertThatExceptionOfType(DuplicateKeyException.class)
                .isThrownBy(() -> jdbc.execute(
                        "CREATE UNIQUE INDEX CONCURRENTLY events_failed_idx ON eventsource.events (aggregate_type)"));
        holdTheLog();
        // more of its pages to look at than the test takes, a tenth of a second each
        vacuum = inTheBackground(
                "VACUUM eventsource.events", "SET vacuum_cost_delay = 100", "SET vacuum_cost_limit = 1");
        waiter = inTheBackground("UPDATE eventsource.event_streams SET version = version");
    }

    private void holdTheLog() throws SQLException {
        // the driver closes a connection that nobody can reach any more
        Connection open = database.connect();
        held = open;
        holder = pid(open);
        open.setAutoCommit(false);
        JdbcTemplate inTransaction = TestDatabase.on(open);
        inTransaction.execute("SET application_name = 'holder'");
        inTransaction.execute("UPDATE eventsource.event_streams SET version = version");
        inTransaction.execute(insertEvents(OTHERS + 1, OTHERS + 1));
        try (Connection prepared = database.connect()) {
            prepared.setAutoCommit(false);
            TestDatabase.on(prepared).execute(insertEvents(OTHERS + 2, OTHERS + 2));
            TestDatabase.on(prepared).execute("PREPARE TRANSACTION 'forgotten'");
        }
    }

    private static String insertEvents(int first, int last) {
        return """
               INSERT INTO eventsource.events (event_id, append_id, aggregate_id, aggregate_type, version, event_type, bucket,
                                               "timestamp", payload)
               SELECT md5('event' || i)::uuid, md5('append' || i)::uuid, md5('stream' || i)::uuid, 'other', 1, 'noted', i %% 1024,
                      now(), '{}' FROM generate_series(%d, %d) AS i"""
                .formatted(first, last);
    }

    /** Runs a statement that ends with the server, and tells the process that does. */
    private int inTheBackground(String statement, String... settings) {
        Connection connection = database.connect();
        JdbcTemplate session = TestDatabase.on(connection);
        for (String setting : settings) {
            session.execute(setting);
        }
        int pid = pid(connection);
        Thread thread = new Thread(() -> session.execute(statement), statement);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((ended, withTheServer) -> {});
        thread.start();
        return pid;
    }

    private static int pid(Connection connection) {
        Integer pid = TestDatabase.on(connection).queryForObject("SELECT pg_backend_pid()", Integer.class);
        return pid == null ? 0 : pid;
    }

    private static Map<String, Object> only(List<Map<String, Object>> rows, String column, Object value) {
        List<Map<String, Object>> found =
                rows.stream().filter(row -> value.equals(row.get(column))).toList();
        assertThat(found).as("%s is %s", column, value).hasSize(1);
        return found.get(0);
    }

    private static long number(Map<String, Object> row, String column) {
        Object value = row.get(column);
        assertThat(value).isInstanceOf(Number.class);
        return value instanceof Number number ? number.longValue() : 0;
    }
}
