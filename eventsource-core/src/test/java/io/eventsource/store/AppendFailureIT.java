package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.ground.GroundInspector;
import io.eventsource.ground.GroundReport.Finding;
import io.eventsource.log.HighWaterMark;
import io.eventsource.log.HighWaterMark.PositionsUsed;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.AppendFailedException.Reason;
import io.eventsource.store.EventStoreSettings.AppendTiming;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.sql.Connection;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What an append throws when the database does not take it, in every way of appending. */
@OnEachPostgres
class AppendFailureIT {

    private final TestDatabase database;
    private final HikariDataSource pool;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;
    private final EventStore store;
    private final UUID account = UUID.randomUUID();

    AppendFailureIT(TestDatabase server) {
        this.database = TestDatabase.migrated(server.major());
        this.pool = database.dataSource();
        this.jdbc = database.jdbc();
        this.transaction = database.transaction();
        this.store = database.store();
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static StreamAppend deposit(UUID account, int... amounts) {
        return StreamAppend.to(
                "account",
                account,
                Arrays.stream(amounts).mapToObj(Deposited::new).toArray());
    }

    /** Every way of appending, with new streams. */
    private static Map<String, Runnable> ways(HikariDataSource dataSource) {
        Map<String, Runnable> ways = new LinkedHashMap<>();
        EventStore grouping = TestDatabase.store(dataSource);
        EventStore single = store(dataSource, AppendTiming.DEFERRED);
        EventStore immediate = store(dataSource, AppendTiming.IMMEDIATE);
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
        ways.put("in a group", () -> grouping.append(deposit(UUID.randomUUID(), 1)));
        ways.put("several events in a group", () -> grouping.append(deposit(UUID.randomUUID(), 1, 2)));
        ways.put("alone", () -> single.append(deposit(UUID.randomUUID(), 1)));
        ways.put("asynchronously", () -> joined(grouping, deposit(UUID.randomUUID(), 1)));
        ways.put(
                "to several streams",
                () -> single.append(List.of(deposit(UUID.randomUUID(), 1), deposit(UUID.randomUUID(), 2))));
        ways.put(
                "deferred",
                () -> transaction.executeWithoutResult(
                        status -> single.append(deposit(UUID.randomUUID(), 1).expecting(ExpectedVersion.noStream()))));
        ways.put(
                "several late",
                () -> transaction.executeWithoutResult(status -> {
                    single.append(deposit(UUID.randomUUID(), 1, 2));
                    single.append(List.of(deposit(UUID.randomUUID(), 1), deposit(UUID.randomUUID(), 2)));
                }));
        ways.put(
                "at once in a transaction",
                () -> transaction.executeWithoutResult(status -> immediate.append(deposit(UUID.randomUUID(), 1))));
        ways.put("by a bulk load", () -> single.load(Stream.of(deposit(UUID.randomUUID(), 1)), progress -> {}));
        return ways;
    }

    private static void joined(EventStore store, StreamAppend append) {
        try {
            store.appendAsync(append).join();
        } catch (CompletionException failure) {
            throw (RuntimeException) failure.getCause();
        }
    }

    private static EventStore store(HikariDataSource dataSource, AppendTiming timing) {
        return TestDatabase.store(
                dataSource,
                TestEvents.codec(),
                HighWaterMark.of(dataSource, TestDatabase.SCHEMA, Clock.systemUTC()),
                new LogSignal(),
                new EventStoreSettings(timing, Duration.ofSeconds(10), false));
    }

    private static void assertEachFails(HikariDataSource dataSource, Reason reason) {
        SoftAssertions softly = new SoftAssertions();
        ways(dataSource).forEach((way, append) -> softly.assertThat(catchThrowable(append::run))
                .as(way)
                .isInstanceOfSatisfying(AppendFailedException.class, failure -> {
                    assertThat(failure.reason()).isEqualTo(reason);
                    assertThat(failure)
                            .hasMessageContaining("The append to account ")
                            .hasCauseInstanceOf(Exception.class);
                    assertThat(failure.aggregateType()).isEqualTo("account");
                }));
        softly.assertAll();
    }

    private void withSessions(String setting, Consumer<HikariDataSource> test) {
        try (HikariDataSource other = database.withSessions(setting)) {
            test.accept(other);
        }
    }

    @Test
    void read_only_sessions_are_named_in_every_way_of_appending() {
        withSessions("SET default_transaction_read_only = on", other -> assertEachFails(other, Reason.READ_ONLY));
    }

    @Test
    void a_used_position_is_named_in_every_way_of_appending() {
        store.append(deposit(account, 1, 2, 3));
        for (Map.Entry<String, Runnable> way : ways(pool).entrySet()) {
            jdbc.queryForList("SELECT setval('eventsource.events_position_seq', 1, false)");
            assertThatThrownBy(way.getValue()::run)
                    .as(way.getKey())
                    .isInstanceOfSatisfying(AppendFailedException.class, failure -> assertThat(failure.reason())
                            .isEqualTo(Reason.POSITION_USED))
                    .hasMessageContaining("repair_positions(true)");
        }
    }

    @Test
    void the_mark_counts_used_positions_of_appends_in_transactions_and_of_loads() {
        store.append(deposit(account, 1, 2, 3));
        HighWaterMark mark = HighWaterMark.of(pool, TestDatabase.SCHEMA, Clock.systemUTC());
        EventStore watched = TestDatabase.store(pool, TestEvents.codec(), mark, new LogSignal());
        assertThat(mark.positionsUsed()).isNull();
        jdbc.queryForList("SELECT setval('eventsource.events_position_seq', 1, false)");
        assertThatThrownBy(
                        () -> transaction.executeWithoutResult(status -> watched.append(deposit(UUID.randomUUID(), 1))))
                .isInstanceOf(AppendFailedException.class);
        assertThatThrownBy(() -> watched.load(Stream.of(deposit(UUID.randomUUID(), 1)), progress -> {}))
                .isInstanceOf(AppendFailedException.class);
        assertThat(mark.positionsUsed())
                .isNotNull()
                .extracting(PositionsUsed::times)
                .isEqualTo(2L);
    }

    @Test
    void a_sequence_at_its_end_is_named_in_every_way_of_appending() {
        store.append(deposit(account, 1, 2, 3));
        jdbc.execute("ALTER SEQUENCE eventsource.events_position_seq MAXVALUE 3");
        assertEachFails(pool, Reason.NO_POSITION_LEFT);
    }

    @Test
    void a_missing_right_is_named_in_every_way_of_appending() {
        String role = "nobody_of_" + database.name();
        jdbc.execute("CREATE ROLE " + role + " LOGIN");
        try (HikariDataSource other = database.dataSourceOf(role)) {
            assertEachFails(other, Reason.NO_PRIVILEGE);
        } finally {
            jdbc.execute("DROP ROLE " + role);
        }
    }

    @Test
    void a_missing_table_is_named_in_every_way_of_appending() {
        jdbc.execute("ALTER TABLE eventsource.events RENAME TO moved");
        jdbc.execute("ALTER TABLE eventsource.event_streams RENAME TO moved_streams");
        assertEachFails(pool, Reason.NOT_MIGRATED);
    }

    @Test
    void a_full_disk_is_named_in_every_way_of_appending() {
        jdbc.execute(
                """
                CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$""");
        jdbc.execute(
                "CREATE TRIGGER full_disk BEFORE INSERT ON eventsource.events FOR EACH STATEMENT EXECUTE FUNCTION full_disk()");
        assertEachFails(pool, Reason.RESOURCES_EXHAUSTED);
    }

    @Test
    void a_read_only_transaction_is_named_where_the_append_stands() {
        transaction.setReadOnly(true);
        assertThatThrownBy(() -> transaction.executeWithoutResult(
                        status -> assertFails(() -> store.append(deposit(account, 1)), Reason.READ_ONLY)))
                .isInstanceOf(AppendFailedException.class);
        assertThat(store.exists(account)).isFalse();
    }

    /** Fails with a reason, and passes it on as an application would. */
    private static void assertFails(Runnable append, Reason reason) {
        Throwable thrown = catchThrowable(append::run);
        assertThat(thrown).isInstanceOfSatisfying(AppendFailedException.class, failure -> assertThat(failure.reason())
                .isEqualTo(reason));
        throw (AppendFailedException) thrown;
    }

    @Test
    void a_transaction_that_has_failed_before_is_named_where_the_append_stands() {
        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                    assertThatThrownBy(() -> jdbc.queryForList("SELECT 1 / 0")).isNotNull();
                    assertFails(() -> store.append(deposit(account, 1)), Reason.TRANSACTION_ABORTED);
                }))
                .isInstanceOf(AppendFailedException.class);
        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                    store.append(deposit(account, 1));
                    assertThatThrownBy(() -> jdbc.queryForList("SELECT 1 / 0")).isNotNull();
                }))
                .as("where the events are inserted")
                .isInstanceOfSatisfying(AppendFailedException.class, failure -> assertThat(failure.reason())
                        .isEqualTo(Reason.TRANSACTION_ABORTED));
        assertThat(store.exists(account)).isFalse();
    }

    @Test
    void a_stream_that_is_behind_its_events_is_named() {
        store.append(deposit(account, 1, 2));
        jdbc.update("DELETE FROM eventsource.event_streams");
        assertThatThrownBy(() -> store.append(deposit(account, 3)))
                .isInstanceOfSatisfying(AppendFailedException.class, failure -> {
                    assertThat(failure.reason()).isEqualTo(Reason.VERSION_USED);
                    assertThat(failure.aggregateId()).isEqualTo(account);
                });
    }

    private void onTheConnection(ConnectionCallback<Boolean> action) {
        jdbc.execute(
                (ConnectionCallback<Boolean>) connection -> action.doInConnection(connection.unwrap(Connection.class)));
    }

    private static final ConnectionCallback<Boolean> COMMIT = connection -> {
        connection.commit();
        return true;
    };

    private static final ConnectionCallback<Boolean> ROLLBACK = connection -> {
        connection.rollback();
        return true;
    };

    @Test
    void a_commit_on_the_connection_itself_is_refused_at_the_commit_and_the_stream_can_be_found() {
        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                    store.append(deposit(account, 1).expecting(ExpectedVersion.noStream()));
                    onTheConnection(COMMIT);
                }))
                .isInstanceOfSatisfying(AppendFailedException.class, failure -> assertThat(failure.reason())
                        .isEqualTo(Reason.TRANSACTION_REPLACED))
                .hasMessageContaining("committed or rolled back on the connection itself");
        assertThat(store.readStream(StreamQuery.of(account))).isEmpty();

        UUID behind = UUID.randomUUID();
        store.append(deposit(behind, 1, 2));
        jdbc.update("UPDATE eventsource.event_streams SET version = 1 WHERE aggregate_id = ?", behind);
        store.append(deposit(UUID.randomUUID(), 1));
        List<Finding> findings = new GroundInspector(jdbc, TestDatabase.SCHEMA, List.of())
                .inspectStreams(10)
                .findings();
        assertThat(findings).extracting(Finding::code).containsExactlyInAnyOrder("stream-ahead", "stream-behind");
        assertThat(findings).anySatisfy(finding -> assertThat(finding.evidence())
                .isEqualTo("The stream %s is at version 1, and its last event is 0".formatted(account)));
        findings.forEach(finding -> jdbc.execute(finding.remedy().substring("As the owner: ".length())));
        store.append(deposit(account, 1).expecting(ExpectedVersion.noStream()));
        store.append(deposit(behind, 3).expecting(ExpectedVersion.exact(2)));
    }

    private static ConnectionCallback<Boolean> statement(String sql) {
        return connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        };
    }

    @Test
    void so_are_a_rollback_and_what_is_appended_after_either() {
        UUID other = UUID.randomUUID();
        for (ConnectionCallback<Boolean> end :
                List.of(COMMIT, ROLLBACK, statement("COMMIT"), statement("ROLLBACK AND CHAIN"))) {
            assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                        store.append(deposit(UUID.randomUUID(), 1, 2));
                        onTheConnection(end);
                        assertFails(() -> store.append(deposit(other, 1)), Reason.TRANSACTION_REPLACED);
                    }))
                    .isInstanceOf(AppendFailedException.class);
        }
        assertThat(store.exists(other)).isFalse();
        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                    store.append(deposit(account, 1).expecting(ExpectedVersion.noStream()));
                    onTheConnection(ROLLBACK);
                    // somebody else takes the version meanwhile
                    store.appendAsync(deposit(account, 7)).join();
                }))
                .isInstanceOfSatisfying(AppendFailedException.class, failure -> assertThat(failure.reason())
                        .isEqualTo(Reason.TRANSACTION_REPLACED));
        assertThat(store.readStream(StreamQuery.of(account)))
                .singleElement()
                .satisfies(event -> assertThat(event.payload()).isEqualTo(new Deposited(7)));
    }

    @Test
    void a_savepoint_rolled_back_on_the_connection_and_a_second_append_is_refused_even_if_it_is_caught() {
        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> onTheConnection(connection -> {
                    Savepoint savepoint = connection.setSavepoint();
                    store.append(deposit(account, 1).expecting(ExpectedVersion.noStream()));
                    connection.rollback(savepoint);
                    assertThatThrownBy(() -> store.append(deposit(account, 2).expecting(ExpectedVersion.noStream())))
                            .isInstanceOfSatisfying(AppendFailedException.class, failure -> assertThat(failure.reason())
                                    .isEqualTo(Reason.TRANSACTION_REPLACED));
                    return true;
                })))
                .isInstanceOfSatisfying(AppendFailedException.class, failure -> assertThat(failure.reason())
                        .isEqualTo(Reason.TRANSACTION_REPLACED));
        assertThat(store.exists(account)).isFalse();
    }

    @Test
    void a_savepoint_rolled_back_behind_several_appends_is_found_at_the_commit() {
        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> onTheConnection(connection -> {
                    store.append(deposit(UUID.randomUUID(), 1));
                    Savepoint savepoint = connection.setSavepoint();
                    store.append(deposit(account, 1, 2));
                    connection.rollback(savepoint);
                    return true;
                })))
                .isInstanceOfSatisfying(AppendFailedException.class, failure -> assertThat(failure.reason())
                        .isEqualTo(Reason.SAVEPOINT_UNDONE))
                .hasMessageContaining("undone by a savepoint");
    }

    @Test
    void what_may_pass_by_itself_stays_springs_transient_exception() throws Exception {
        store.append(deposit(account, 1));
        try (Connection holder = database.connect()) {
            holder.setAutoCommit(false);
            TestDatabase.on(holder).update("UPDATE eventsource.event_streams SET version = version");

            withSessions("SET statement_timeout = 200", other -> assertThatThrownBy(
                            () -> store(other, AppendTiming.DEFERRED).append(deposit(account, 2)))
                    .isInstanceOf(TransientDataAccessException.class));
            withSessions("SET lock_timeout = 200", other -> assertThatThrownBy(
                            () -> store(other, AppendTiming.DEFERRED).append(deposit(account, 2)))
                    .isInstanceOf(TransientDataAccessException.class));
            holder.rollback();
        }
        jdbc.execute(
                """
                CREATE FUNCTION shut_down() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$""");
        jdbc.execute(
                "CREATE TRIGGER shut_down BEFORE INSERT ON eventsource.events FOR EACH STATEMENT EXECUTE FUNCTION shut_down()");
        assertThatThrownBy(() -> store(pool, AppendTiming.DEFERRED).append(deposit(account, 2)))
                .isInstanceOf(DataAccessResourceFailureException.class);
    }
}
