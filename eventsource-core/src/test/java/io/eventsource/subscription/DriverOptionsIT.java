package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import io.eventsource.schema.SchemaMigrator;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.EventStore;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.StreamQuery;
import io.eventsource.store.VersionConflictException;
import io.eventsource.testing.OnNewestPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The main ways through the engine with options of the driver that users have in their URLs. */
@OnNewestPostgres
class DriverOptionsIT extends SubscriptionFixture {

    private static final int EVENTS = 40;
    private static final int POISON = 13;

    DriverOptionsIT(TestDatabase database) {
        super(database);
    }

    /** Inserts each deposit by the data source of the test; one amount fails for good. */
    private record Inserting(String name, JdbcTemplate target) implements EventHandlers {

        @Override
        public Set<String> eventTypes() {
            return Set.of("deposited");
        }

        @Override
        public void handle(EventEnvelope<Object> event) {
            long amount = ((Deposited) event.payload()).amount();
            if (amount == POISON) {
                throw new PoisonException(event.position());
            }
            target.update("INSERT INTO public.optioned VALUES (?, ?, ?)", name, event.position(), amount);
        }
    }

    private static StreamAppend deposit(UUID stream, long amount) {
        return StreamAppend.to("account", stream, new Deposited(amount));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "prepareThreshold=0",
                "prepareThreshold=1",
                "preferQueryMode=simple",
                "preferQueryMode=extendedForPrepared",
                "preferQueryMode=extendedCacheEverything",
                "autosave=always&cleanupSavepoints=true",
                "autosave=conservative",
                "autosave=always&prepareThreshold=0",
                "binaryTransfer=false",
                "binaryTransfer=true&prepareThreshold=-1",
                "currentSchema=elsewhere",
                "stringtype=unspecified",
                "defaultRowFetchSize=3",
                "adaptiveFetch=true&defaultRowFetchSize=3&maxResultBuffer=1M",
                "reWriteBatchedInserts=true",
                "preparedStatementCacheQueries=0",
                "readOnlyMode=ignore",
                // HikariCP sets what it was told itself, which is not read-only by default
                "readOnly=true&readOnlyMode=always",
                "options=-c%20extra_float_digits=0%20-c%20DateStyle=SQL,DMY%20-c%20IntervalStyle=sql_standard"
            })
    void everything_works_with_an_option_of_the_driver(String options) {
        jdbc.execute("CREATE SCHEMA IF NOT EXISTS elsewhere");
        jdbc.execute("CREATE TABLE IF NOT EXISTS public.optioned (projection text, position bigint, amount bigint)");
        try (HikariDataSource pool = database.withOptions(options)) {
            assertThat(new SchemaMigrator(pool, TestDatabase.SCHEMA).migrate()).isZero();
            EventStore optioned = TestDatabase.store(pool);
            assertAppends(optioned, pool);
            SubscriptionManager manager = manager(
                    List.of(new Inserting(name, new JdbcTemplate(pool))),
                    settings(10, SHORT),
                    new LogSignal(),
                    TestEvents.codec(),
                    pool,
                    new JdbcTransactionManager(pool));
            manager.start();

            // what comes behind the poison of its stream waits with it
            eventually().untilAsserted(() -> assertThat(jdbc.queryForList(
                            "SELECT amount FROM public.optioned WHERE projection = ? ORDER BY position",
                            Long.class,
                            name))
                    .hasSize(POISON + EVENTS)
                    .doesNotContain((long) POISON));
            eventually().untilAsserted(() -> assertThat(jdbc.queryForObject(
                            "SELECT count(*) FROM eventsource.dead_letter_queue WHERE projection_name = ?",
                            Long.class,
                            name))
                    .isEqualTo(EVENTS + 2 - POISON));
            assertThat(manager.stop(STOP_WITHIN)).isTrue();
        }
    }

    private static void assertAppends(EventStore optioned, HikariDataSource pool) {
        UUID stream = UUID.randomUUID();
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(pool));
        IntStream.range(0, EVENTS).forEach(n -> optioned.append(deposit(stream, n)));
        transaction.executeWithoutResult(status -> {
            optioned.append(deposit(stream, 100));
            assertThat(optioned.readStream(StreamQuery.of(stream))).hasSize(EVENTS + 1);
        });
        assertThatThrownBy(() -> optioned.append(deposit(stream, 1).expecting(ExpectedVersion.exact(3))))
                .isInstanceOf(VersionConflictException.class);
        transaction.executeWithoutResult(status -> {
            assertThatThrownBy(() -> optioned.append(deposit(stream, 1).expecting(ExpectedVersion.exact(3))))
                    .isInstanceOf(VersionConflictException.class);
            optioned.append(deposit(stream, 101));
        });
        List<StreamAppend> load = new ArrayList<>();
        UUID loaded = UUID.randomUUID();
        IntStream.range(0, EVENTS)
                .forEach(n -> load.add(deposit(loaded, 200 + n).expecting(ExpectedVersion.exact(n))));
        optioned.load(load.stream(), progress -> {});
        assertThat(optioned.readStream(StreamQuery.of(loaded)))
                .extracting(EventEnvelope::version)
                .isEqualTo(LongStream.rangeClosed(1, EVENTS).boxed().toList());
        assertThat(optioned.readStream(StreamQuery.of(stream)))
                .extracting(event -> ((Deposited) event.payload()).amount())
                .startsWith(0L, 1L, 2L)
                .endsWith(100L, 101L);
    }

    @Test
    void a_read_only_session_is_named() {
        try (HikariDataSource pool = database.withOptions("options=-c%20default_transaction_read_only=on")) {
            assertThatThrownBy(() -> TestDatabase.store(pool).append(deposit(UUID.randomUUID(), 1)))
                    .rootCause()
                    .isInstanceOfSatisfying(PSQLException.class, refusal -> assertThat(refusal.getSQLState())
                            .isEqualTo("25006"));
        }
    }
}
