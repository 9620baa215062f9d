package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.deadletter.DeadLetter.ParkingOrder;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterReplay.AutomaticRetry;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.testing.CapturedLog;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** A fault of the read model that every event meets: it stops reading and parks nothing, and goes on when it is mended. */
@OnEachPostgres
class OneFaultIT extends ParkingSubscriptionFixture {

    private static final int EVENTS = 40;

    OneFaultIT(TestDatabase database) {
        super(database);
    }

    /**
     * A fault.
     *
     * @param what its name
     * @param write the handler's statement, with position and stream as parameters
     * @param damage makes it fail
     * @param repair makes it work
     * @param state the SQLState that it fails with
     */
    record Fault(String what, String write, String damage, String repair, String state) {

        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Fault> faults() {
        String write = "INSERT INTO model.totals (position, stream) VALUES (?, ?)";
        return Stream.of(
                new Fault(
                        "a missing right",
                        write,
                        "REVOKE INSERT ON model.totals FROM model_writer",
                        "GRANT INSERT ON model.totals TO model_writer",
                        "42501"),
                new Fault(
                        "a missing column",
                        write,
                        "ALTER TABLE model.totals RENAME COLUMN stream TO stream_id",
                        "ALTER TABLE model.totals RENAME COLUMN stream_id TO stream",
                        "42703"),
                new Fault(
                        "a missing table",
                        write,
                        "ALTER TABLE model.totals RENAME TO totals_old",
                        "ALTER TABLE model.totals_old RENAME TO totals",
                        "42P01"),
                new Fault(
                        "a missing index of ON CONFLICT",
                        write + " ON CONFLICT (position) DO NOTHING",
                        "ALTER TABLE model.totals DROP CONSTRAINT totals_pkey",
                        "ALTER TABLE model.totals ADD CONSTRAINT totals_pkey PRIMARY KEY (position)",
                        "42P10"),
                new Fault(
                        "a column that is generated always",
                        write,
                        "ALTER TABLE model.totals ALTER COLUMN position ADD GENERATED ALWAYS AS IDENTITY",
                        "ALTER TABLE model.totals ALTER COLUMN position DROP IDENTITY",
                        "428C9"),
                new Fault(
                        "a materialized view that is not populated",
                        "INSERT INTO model.totals SELECT p, s FROM (VALUES (?::bigint, ?::uuid)) v (p, s)"
                                + " WHERE NOT EXISTS (SELECT FROM model.cache)",
                        "REFRESH MATERIALIZED VIEW model.cache WITH NO DATA",
                        "REFRESH MATERIALIZED VIEW model.cache",
                        "55000"));
    }

    /** Faults whose errors may come from a value as well: a null without a type, a name in an event. */
    static Stream<Fault> ambiguousFaults() {
        String write = "INSERT INTO model.totals (position, stream) VALUES (?, ?)";
        return Stream.of(
                new Fault(
                        "a missing function",
                        "INSERT INTO model.totals (position, stream) VALUES (model.twice(?) / 2, ?)",
                        "ALTER FUNCTION model.twice(bigint) RENAME TO thrice",
                        "ALTER FUNCTION model.thrice(bigint) RENAME TO twice",
                        "42883"),
                new Fault(
                        "a missing schema",
                        "CREATE TABLE IF NOT EXISTS model2.totals AS SELECT ?::bigint AS position, ?::uuid AS stream",
                        "DROP SCHEMA IF EXISTS model2",
                        "CREATE SCHEMA model2 AUTHORIZATION model_writer",
                        "3F000"),
                new Fault(
                        "a type that does not fit the statement",
                        write,
                        "ALTER TABLE model.totals ALTER COLUMN stream TYPE boolean USING NULL",
                        "ALTER TABLE model.totals ALTER COLUMN stream TYPE uuid USING NULL",
                        "42804"));
    }

    /** Writes with a login that has only the rights it was given. */
    record Writer(String name, Delivery delivery, String write, JdbcTemplate jdbc) implements EventHandlers {

        @Override
        public Set<String> eventTypes() {
            return Set.of("deposited");
        }

        @Override
        public void handle(EventEnvelope<Object> event) {
            jdbc.execute("SET LOCAL ROLE model_writer");
            jdbc.update(write, event.position(), event.aggregateId());
            jdbc.execute("SET LOCAL ROLE NONE");
        }
    }

    private void prepare() {
        jdbc.execute(
                """
                DO $$ BEGIN CREATE ROLE model_writer; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                CREATE SCHEMA model;
                CREATE TABLE model.totals (position bigint PRIMARY KEY, stream uuid);
                CREATE FUNCTION model.twice(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT $1 * 2';
                CREATE MATERIALIZED VIEW model.cache AS SELECT 1 AS one WHERE false;
                GRANT USAGE ON SCHEMA model TO model_writer;
                GRANT INSERT, SELECT ON model.totals, model.cache TO model_writer;""");
    }

    @AfterEach
    void dropModel() {
        managers.forEach(each -> assertThat(each.stop(STOP_WITHIN)).isTrue());
        jdbc.execute("DROP SCHEMA IF EXISTS model, model2 CASCADE");
    }

    private static Tuning tuning() {
        return failing(settings -> settings.retry(
                        new SubscriptionSettings.Retry(1, Duration.ofMillis(5), 2, Duration.ofMillis(50)))
                .circuitBreaker(new SubscriptionSettings.CircuitBreaker(
                        true, 3, Duration.ofMillis(50), Duration.ofMillis(100), 10)));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void a_fault_of_the_read_model_parks_nothing_and_all_is_handled_once_it_is_mended(Fault fault) {
        prepare();
        for (int i = 0; i < EVENTS; i++) {
            deposit(UUID.randomUUID(), 1);
        }
        List<Long> all = allDeposits();
        jdbc.execute(fault.damage());
        SubscriptionManager manager = manager(tuning(), new Writer(name, Delivery.EXACTLY_ONCE, fault.write(), jdbc));

        manager.start();

        eventually()
                .until(() -> statusOf(manager, name).state() == SubscriptionStatus.State.CIRCUIT_OPEN
                        || effects.everParked() > 0);
        assertThat(effects.everParked()).isZero();
        assertThat(checkpoint()).isEqualTo(base);
        jdbc.execute(fault.repair());
        awaitLive(manager, name, all.get(EVENTS - 1));
        assertThat(effects.everParked()).isZero();
        assertThat(jdbc.queryForList("SELECT position FROM model.totals ORDER BY position", Long.class))
                .isEqualTo(all);
    }

    @ParameterizedTest
    @MethodSource("ambiguousFaults")
    void a_fault_that_may_be_of_a_value_parks_ten_at_most_and_then_stops(Fault fault) {
        prepare();
        depositEach(EVENTS);
        jdbc.execute(fault.damage());
        SubscriptionManager manager = manager(tuning(), new Writer(name, Delivery.EXACTLY_ONCE, fault.write(), jdbc));

        manager.start();

        eventually().until(() -> statusOf(manager, name).state() == SubscriptionStatus.State.CIRCUIT_OPEN);
        assertThat(Objects.requireNonNull(statusOf(manager, name).fault()).reason())
                .contains(fault.state());
        assertThat(effects.open()).isEqualTo(10);
        jdbc.execute(fault.repair());
        awaitPassed(manager);
        assertThat(effects.everParked()).isEqualTo(10);
    }

    private void depositEach(int count) {
        for (int i = 0; i < count; i++) {
            deposit(UUID.randomUUID(), 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Delivery.class)
    void every_delivery_stops_at_a_missing_right_and_says_why_and_since_when(Delivery delivery) {
        prepare();
        depositEach(EVENTS);
        jdbc.execute("REVOKE INSERT ON model.totals FROM model_writer");
        EventHandlers writer =
                new Writer(name, delivery, "INSERT INTO model.totals (position, stream) VALUES (?, ?)", jdbc);
        Instant before = Instant.now();
        SubscriptionManager manager = manager(tuning(), writer);

        manager.start();

        eventually().until(() -> statusOf(manager, name).state() == SubscriptionStatus.State.CIRCUIT_OPEN);
        SubscriptionStatus.Fault fault =
                Objects.requireNonNull(statusOf(manager, name).fault());
        assertThat(fault.since()).isBetween(before, Instant.now());
        assertThat(fault.reason()).contains("42501", "permission denied for table totals", "parks nothing");
        assertThat(effects.everParked()).isZero();
        jdbc.execute("GRANT INSERT ON model.totals TO model_writer");
        awaitPassed(manager);
        assertThat(statusOf(manager, name).fault()).isNull();
        assertThat(effects.everParked()).isZero();
    }

    @Test
    void a_missing_right_is_a_few_lines_of_log_one_stack_trace_and_no_data() {
        prepare();
        depositEach(EVENTS);
        jdbc.execute("REVOKE INSERT ON model.totals FROM model_writer");
        EventHandlers writer = new Writer(
                name, Delivery.EXACTLY_ONCE, "INSERT INTO model.totals (position, stream) VALUES (?, ?)", jdbc);
        try (CapturedLog log = CapturedLog.ofLibrary()) {
            SubscriptionManager manager = manager(tuning(), writer);
            AtomicInteger failures = new AtomicInteger();
            manager.errors().onError(error -> failures.incrementAndGet());
            manager.start();

            eventually().until(() -> failures.get() > 20);

            assertThat(log.lines()).filteredOn(line -> line.contains("42501")).hasSize(1);
            assertThat(log.stackTraces()).isEqualTo(1);
            assertThat(log.lines()).hasSizeLessThan(5);
            assertThat(log.lines()).noneMatch(line -> line.contains("AwaitRecovery[") || line.contains("Park["));
        }
    }

    @Test
    void parking_is_one_line_with_type_aggregate_attempt_and_entry_and_no_data() {
        UUID account = UUID.randomUUID();
        long bad = deposit(account, 1);
        handlers.poisonedBy(event -> {
            throw new IllegalStateException("canary4711");
        });
        try (CapturedLog log = CapturedLog.ofLibrary()) {
            SubscriptionManager manager = manager(tuning(), handlers);
            manager.start();
            awaitPassed(manager);

            long entry = Objects.requireNonNull(jdbc.queryForObject(
                    "SELECT id FROM eventsource.dead_letter_queue WHERE projection_name = ?", Long.class, name));
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("parked"))
                    .singleElement()
                    .asString()
                    .contains(
                            "failed on 'deposited' at position %d (account %s, version 1)".formatted(bad, account),
                            "in attempt 2 of 2 and parked it as dead letter %d (APPLICATION)".formatted(entry),
                            "java.lang.IllegalStateException (message withheld)");
            assertThat(log.everything()).noneMatch(text -> text.contains("canary4711"));
        }
    }

    @Test
    void a_row_that_a_policy_refuses_is_the_fault_of_its_event() {
        prepare();
        long refused = deposit(UUID.randomUUID(), 1);
        depositEach(3);
        jdbc.execute("ALTER TABLE model.totals ENABLE ROW LEVEL SECURITY");
        jdbc.execute("CREATE POLICY p ON model.totals TO model_writer USING (true) WITH CHECK (position <> %d)"
                .formatted(refused));

        assertParked(refused, "INSERT INTO model.totals (position, stream) VALUES (?, ?)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"numnode(to_tsquery('simple', %s)) > 0", "('$.' || %s)::jsonpath IS NOT NULL"})
    void a_value_that_the_server_cannot_parse_is_the_fault_of_its_event(String parse) {
        prepare();
        long bad = deposit(UUID.randomUUID(), 1);
        depositEach(3);

        assertParked(
                bad,
                "INSERT INTO model.totals SELECT p, s FROM (VALUES (?::bigint, ?::uuid)) v (p, s) WHERE "
                        + parse.formatted("CASE WHEN p = %d THEN 'a b $.[' ELSE 'a' END".formatted(bad)));
    }

    private void assertParked(long position, String write) {
        SubscriptionManager manager = manager(tuning(), new Writer(name, Delivery.EXACTLY_ONCE, write, jdbc));
        manager.start();
        awaitPassed(manager);
        assertThat(effects.openPositions()).containsExactly(position);
    }

    @Test
    void what_fails_for_one_aggregate_after_the_other_stops_after_ten_and_goes_on_when_mended() {
        handlers.poisonedBy(event -> {
            throw new IllegalStateException("a bad deployment");
        });
        depositEach(EVENTS);
        SubscriptionManager manager = manager(tuning(), handlers);

        manager.start();

        eventually().until(() -> statusOf(manager, name).state() == SubscriptionStatus.State.CIRCUIT_OPEN);
        assertThat(effects.open()).isEqualTo(10);
        assertThat(Objects.requireNonNull(statusOf(manager, name).fault()).reason())
                .contains("IllegalStateException", "for one aggregate after the other");
        handlers.mend();
        awaitPassed(manager);
        assertThat(effects.everParked()).isEqualTo(10);
        assertThat(replay().replay(own, MANY).resolved()).isEqualTo(10);
        assertAllHandledOnce();
    }

    @Test
    void segments_and_instances_that_share_a_fault_park_ten_each_process_at_most() {
        handlers.poisonedBy(event -> {
            throw new IllegalStateException("a bad deployment");
        });
        depositEach(EVENTS);
        SubscriptionManager manager =
                manager(new Tuning(tuning().settings().toBuilder().segments(8).build(), SHORT), handlers);

        manager.start();

        eventually()
                .until(() -> statusOf(manager, name).segments().size() == 8
                        && statusOf(manager, name).segments().stream()
                                .allMatch(each ->
                                        each.state() == SubscriptionStatus.State.CIRCUIT_OPEN || each.lag() == 0));
        assertThat(effects.open()).isEqualTo(10);
        handlers.mend();
        awaitPassed(manager);
        assertThat(effects.everParked()).isEqualTo(10);
    }

    @Test
    void poison_among_events_of_its_type_that_are_handled_is_parked_however_much_there_is() {
        List<Long> poison = new ArrayList<>();
        for (int i = 0; i < EVENTS; i++) {
            long position = deposit(UUID.randomUUID(), 1);
            if (i % 2 == 0) {
                poison.add(position);
            }
        }
        handlers.poisonedAt(Set.copyOf(poison));
        SubscriptionManager manager = manager(tuning(), handlers);

        manager.start();

        awaitPassed(manager);
        assertThat(effects.openPositions()).containsExactlyElementsOf(poison);
    }

    @Test
    void one_aggregate_that_fails_event_after_event_is_no_fault_of_all() {
        handlers.poisonedBy(event -> {
            throw new IllegalStateException("poison");
        });
        deposit(UUID.randomUUID(), 15);
        SubscriptionManager manager = manager(
                new Tuning(
                        tuning().settings().toBuilder()
                                .deadLetter(new SubscriptionSettings.DeadLetter(true, ParkingOrder.NONE))
                                .build(),
                        SHORT),
                handlers);

        manager.start();

        awaitPassed(manager);
        assertThat(effects.open()).isEqualTo(15);
    }

    @Test
    void a_threshold_of_zero_parks_them_all() {
        handlers.poisonedAt(Set.copyOf(deposits(15)));
        SubscriptionManager manager = manager(new Tuning(quickParkingAll(10), SHORT), handlers);

        manager.start();

        awaitPassed(manager);
        assertThat(effects.open()).isEqualTo(15);
    }

    private List<Long> deposits(int count) {
        depositEach(count);
        return allDeposits();
    }

    @Test
    void a_replay_that_meets_the_fault_ends_and_records_nothing() {
        prepare();
        long poison = deposit(UUID.randomUUID(), 1);
        deposit(UUID.randomUUID(), 1);
        jdbc.execute("ALTER TABLE model.totals ADD CONSTRAINT odd CHECK (position <> %d) NOT VALID".formatted(poison));
        String write = "INSERT INTO model.totals (position, stream) VALUES (?, ?)";
        EventHandlers writer = new Writer(name, Delivery.EXACTLY_ONCE, write, jdbc);
        SubscriptionManager manager = manager(tuning(), writer);
        manager.start();
        awaitPassed(manager);
        assertThat(effects.openPositions()).containsExactly(poison);
        jdbc.execute("ALTER TABLE model.totals DROP CONSTRAINT odd");
        jdbc.execute("REVOKE INSERT ON model.totals FROM model_writer");
        DeadLetterReplay replay = new DeadLetterReplay(
                List.of(new DeadLetterReplay.Target(writer, database.transactionManager())),
                TestDatabase.events(database.dataSource()),
                ErrorClassifier.standard(),
                new DeadLetterReplay.Settings(100_000, AutomaticRetry.OFF));

        DeadLetterReplay.Result result = replay.replay(own, MANY);

        assertThat(result.failed()).isZero();
        assertThat(result.stoppedBy()).hasRootCauseInstanceOf(SQLException.class);
        assertThat(letters.list(own, 0, 10).get(0).attempts().replays()).isZero();
        jdbc.execute("GRANT INSERT ON model.totals TO model_writer");
        assertThat(replay.replay(own, MANY).resolved()).isEqualTo(1);
    }
}
