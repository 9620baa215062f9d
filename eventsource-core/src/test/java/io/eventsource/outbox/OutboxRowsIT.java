package io.eventsource.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.store.EventStore;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.VersionConflictException;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Noted;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

@OnEachPostgres
class OutboxRowsIT {

    /** A thread for each: the common pool has one where there are two processors, which whoever waits would keep from the next. */
    private static final Executor THREADS = task -> new Thread(task).start();

    private final TestDatabase database;
    private final JdbcTemplate jdbc;
    private final EventStore store;
    private final OutboxRows rows;

    OutboxRowsIT(TestDatabase server) {
        this.database = TestDatabase.migrated(server.major());
        this.jdbc = database.jdbc();
        this.store = database.store();
        this.rows = new OutboxRows(database.dataSource(), TestDatabase.SCHEMA);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void on() {
        rows.register("bank", Set.of("deposited"));
        rows.switchOn();
    }

    private static StreamAppend deposit(long... amounts) {
        return StreamAppend.to(
                "account",
                UUID.randomUUID(),
                IntStream.range(0, amounts.length)
                        .mapToObj(i -> new Deposited(amounts[i]))
                        .toArray());
    }

    private long count(String sql, Object... arguments) {
        Long count = jdbc.queryForObject(sql, Long.class, arguments);
        return count == null ? 0 : count;
    }

    private long rowCount() {
        return count("SELECT count(*) FROM eventsource.event_outbox");
    }

    /** Rows and events that do not belong together. */
    private long strays() {
        return count(
                """
                SELECT count(*) FROM eventsource.event_outbox AS o
                  FULL JOIN (SELECT * FROM eventsource.events WHERE event_type = 'deposited') AS e
                    ON o.destination = 'bank' AND e.position = o.position AND e.event_id = o.event_id AND e.event_type = o.event_type
                   AND e.aggregate_id = o.aggregate_id AND e.aggregate_type = o.aggregate_type AND o.status = 'pending'
                 WHERE o.position IS NULL OR e.position IS NULL""");
    }

    @Nested
    class Appends {

        @Test
        void write_nothing_and_meet_no_trigger_before_rows_are_switched_on() {
            rows.register("bank", Set.of("deposited"));
            store.append(deposit(1));

            assertThat(rowCount()).isZero();
            assertThat(rows.on()).isFalse();
            assertThat(jdbc.queryForList(
                            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'eventsource.events'::regclass AND NOT tgisinternal",
                            String.class))
                    .containsExactly("events_refuse_change");
        }

        @Test
        void of_every_kind_write_a_row_for_each_event_that_leaves() {
            on();

            store.append(deposit(1));
            store.append(deposit(1, 2, 3));
            store.append(List.of(deposit(1, 2), deposit(3)));
            database.transaction().executeWithoutResult(status -> store.append(deposit(1)));
            database.transaction().executeWithoutResult(status -> {
                store.append(deposit(1, 2));
                store.append(deposit(3));
            });
            CompletableFuture.allOf(Stream.generate(() -> store.appendAsync(deposit(1, 2)))
                            .limit(50)
                            .toArray(CompletableFuture[]::new))
                    .join();
            store.load(Stream.of(deposit(1, 2, 3), deposit(4)), progress -> {});

            assertThat(rowCount()).isEqualTo(1 + 3 + 3 + 1 + 3 + 100 + 4);
            assertThat(strays()).isZero();
        }

        @Test
        void write_a_row_for_each_destination_and_none_for_types_that_do_not_leave() {
            on();
            rows.register("audit", Set.of("deposited", "noted"));

            store.append(deposit(1));
            store.append(StreamAppend.to("account", UUID.randomUUID(), new Noted("here")));

            assertThat(jdbc.queryForList(
                            "SELECT destination || ' ' || event_type FROM eventsource.event_outbox ORDER BY 1",
                            String.class))
                    .containsExactly("audit deposited", "audit noted", "bank deposited");
        }

        @Test
        void that_are_refused_or_rolled_back_leave_no_row() {
            on();
            StreamAppend first = deposit(1).expecting(ExpectedVersion.noStream());
            store.append(first);

            assertThatThrownBy(() -> store.append(StreamAppend.to("account", first.aggregateId(), new Deposited(2))
                            .expecting(ExpectedVersion.noStream())))
                    .isInstanceOf(VersionConflictException.class);
            database.transaction().executeWithoutResult(status -> {
                store.append(deposit(3));
                status.setRollbackOnly();
            });

            assertThat(rowCount()).isEqualTo(1);
        }
    }

    @Nested
    class Registering {

        @Test
        void replaces_what_was_said_of_this_destination_and_of_no_other() {
            rows.register("bank", Set.of("deposited", "noted"));
            rows.register("audit", Set.of("noted"));

            rows.register("bank", Set.of("deposited", "withdrawn"));

            assertThat(jdbc.queryForList(
                            "SELECT destination || ' ' || event_type FROM eventsource.event_outbox_routes ORDER BY 1",
                            String.class))
                    .containsExactly("audit noted", "bank deposited", "bank withdrawn");
        }
    }

    @Nested
    class Switching_on {

        @Test
        void by_many_at_once_makes_one_trigger_and_off_removes_it() {
            CompletableFuture.allOf(IntStream.range(0, 4)
                            .mapToObj(i -> CompletableFuture.runAsync(rows::switchOn, THREADS))
                            .toArray(CompletableFuture[]::new))
                    .join();
            assertThat(rows.on()).isTrue();
            rows.switchOn();

            jdbc.queryForList("SELECT eventsource.outbox_rows(false)");
            assertThat(rows.on()).isFalse();
        }

        @Test
        void waits_for_an_append_that_is_open_and_others_get_through_meanwhile() throws SQLException {
            rows.register("bank", Set.of("deposited"));
            CompletableFuture<Void> switching;
            try (Connection open = database.connect()) {
                open.setAutoCommit(false);
                TestDatabase.on(open).execute("LOCK TABLE eventsource.events IN ROW EXCLUSIVE MODE");
                switching = CompletableFuture.runAsync(rows::switchOn, THREADS);

                store.append(deposit(1));
                assertThat(switching).isNotDone();
                open.rollback();
            }
            switching.join();
            store.append(deposit(2));

            assertThat(rowCount()).isEqualTo(1);
        }

        @Test
        void by_a_user_that_does_not_own_the_tables_is_refused_with_what_to_do() {
            String user = "plain_" + database.name();
            jdbc.execute("CREATE ROLE " + user + " LOGIN");
            try (HikariDataSource plain = database.dataSourceOf(user)) {
                jdbc.execute("GRANT USAGE ON SCHEMA eventsource TO " + user);

                assertThatThrownBy(() -> new OutboxRows(plain, TestDatabase.SCHEMA).switchOn())
                        .hasMessageContaining(
                                "Have the owner of the tables run SELECT eventsource.outbox_rows(true) once");
            } finally {
                jdbc.execute("DROP OWNED BY " + user);
                jdbc.execute("DROP ROLE " + user);
            }
        }
    }

    @Nested
    class Marking {

        private List<String> statuses() {
            return jdbc.queryForList("SELECT status FROM eventsource.event_outbox ORDER BY position", String.class);
        }

        private void checkpoint(int segment, int last, long position) {
            jdbc.update(
                    """
                    INSERT INTO eventsource.projection_checkpoints (projection_name, segment, last_bucket, position)
                    VALUES ('outbox:bank', ?, ?, ?)""",
                    segment,
                    last,
                    position);
        }

        private void letter(long position, String status) {
            jdbc.update(
                    """
                    INSERT INTO eventsource.dead_letter_queue (projection_name, event_id, event_type, position, aggregate_id, aggregate_type,
                           event_data, error_type, error_message, status, version, revision, bucket, event_timestamp, event_created_at, retry_count)
                    SELECT 'outbox:bank', event_id, event_type, position, aggregate_id, aggregate_type, payload, 'E', 'too large', ?, version,
                           revision, bucket, "timestamp", created_at, 2
                      FROM eventsource.events WHERE position = ?""",
                    status,
                    position);
        }

        @Test
        void says_what_has_become_of_what_the_checkpoint_has_passed_and_nothing_of_the_rest() {
            on();
            store.append(deposit(1, 2, 3, 4, 5, 6));
            checkpoint(0, 511, 5);
            checkpoint(512, 1023, 6);
            letter(2, "failed");
            letter(3, "waiting");
            letter(4, "discarded");
            letter(5, "resolved");

            assertThat(rows.mark(List.of("bank"))).isEqualTo(4);
            assertThat(statuses())
                    .containsExactly("published", "failed", "pending", "discarded", "published", "pending");
            assertThat(rows.mark(List.of("bank"))).as("marked once").isZero();
            Map<String, Object> failed =
                    jdbc.queryForMap("SELECT * FROM eventsource.event_outbox WHERE status = 'failed'");
            assertThat(failed)
                    .containsEntry("attempts", 3)
                    .containsEntry("last_error", "too large")
                    .containsEntry("published_at", null);

            jdbc.update("UPDATE eventsource.dead_letter_queue SET status = 'resolved' WHERE status = 'failed'");
            assertThat(rows.mark(List.of("bank"))).isEqualTo(1);
            assertThat(statuses()).startsWith("published", "published");
        }

        @Test
        void leaves_destinations_of_relays_to_these() {
            on();
            rows.register("relay", Set.of("deposited"));
            store.append(deposit(1));
            checkpoint(0, 1023, 1);

            rows.mark(List.of("bank"));

            assertThat(
                            count(
                                    "SELECT count(*) FROM eventsource.event_outbox WHERE destination = 'relay' AND status = 'pending'"))
                    .isEqualTo(1);
        }
    }

    @Test
    void rows_that_were_published_long_ago_are_deleted_and_no_others() {
        on();
        store.append(deposit(1, 2, 3, 4));
        jdbc.update(
                """
                UPDATE eventsource.event_outbox
                   SET status = CASE position WHEN 1 THEN 'published' WHEN 2 THEN 'discarded' ELSE 'published' END,
                       published_at = clock_timestamp() - CASE WHEN position < 3 THEN interval '8 days' ELSE interval '6 days' END
                 WHERE position < 4""");

        assertThat(rows.deletePublished(Duration.ofDays(7))).isEqualTo(2);
        assertThat(jdbc.queryForList("SELECT position FROM eventsource.event_outbox ORDER BY 1", Long.class))
                .containsExactly(3L, 4L);
    }

    @Test
    void retention_finds_old_rows_and_a_relay_finds_open_ones_by_an_index() {
        on();
        jdbc.execute(
                """
                INSERT INTO eventsource.event_outbox (destination, position, event_id, event_type, aggregate_id, aggregate_type, status, published_at)
                SELECT 'bank', n, '00000000-0000-0000-0000-000000000001', 'deposited', '00000000-0000-0000-0000-000000000001', 'account',
                       CASE WHEN n < 20000 THEN 'published' ELSE 'pending' END,
                       CASE WHEN n < 20000 THEN clock_timestamp() - n * interval '1 second' END
                  FROM generate_series(1, 20010) AS n""");
        jdbc.execute("ANALYZE eventsource.event_outbox");

        assertThat(
                        plan(
                                "SELECT * FROM eventsource.event_outbox WHERE destination = 'bank' AND status IN ('pending', 'failed') ORDER BY position LIMIT 100"))
                .contains("event_outbox_open_idx");
        assertThat(
                        plan(
                                "SELECT * FROM eventsource.event_outbox WHERE published_at < clock_timestamp() - interval '5 hours' ORDER BY published_at LIMIT 100"))
                .contains("event_outbox_published_at_idx");
    }

    private String plan(String query) {
        return String.join("\n", jdbc.queryForList("EXPLAIN " + query, String.class));
    }

    @Test
    void a_destination_of_a_relay_is_as_far_as_its_rows_say() {
        on();
        Outbox outbox = Outbox.postgres(
                database.dataSource(),
                TestDatabase.SCHEMA,
                DeadLetterRepository.postgres(database.dataSource(), TestDatabase.SCHEMA),
                Map.of(),
                Set.of("bank"));
        store.append(deposit(1, 2, 3, 4));
        jdbc.update(
                "UPDATE eventsource.event_outbox SET status = 'published', published_at = clock_timestamp() WHERE position < 3");
        jdbc.update("UPDATE eventsource.event_outbox SET status = 'failed' WHERE position = 3");

        assertThat(outbox.destinations()).singleElement().satisfies(status -> {
            assertThat(status.position()).isEqualTo(2);
            assertThat(status.positionsBehind()).isEqualTo(2);
            assertThat(status.pending()).isEqualTo(1);
            assertThat(status.failed()).isEqualTo(1);
            assertThat(status.published()).isEqualTo(2);
            assertThat(status.age()).isPositive();
            assertThat(status.lastProcessedAt()).isNotNull();
        });
        jdbc.update("UPDATE eventsource.event_outbox SET status = 'published'");
        assertThat(outbox.destinations()).singleElement().satisfies(status -> {
            assertThat(status.position()).isEqualTo(4);
            assertThat(status.positionsBehind()).isZero();
            assertThat(status.age()).isZero();
        });
    }
}
