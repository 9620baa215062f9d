package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.log.LogReader;
import io.eventsource.testing.EffectLog;
import io.eventsource.testing.OnNewestPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.process.Command;
import io.eventsource.testing.process.InstanceOptions.ProjectionOptions;
import io.eventsource.testing.process.InstanceProcess;
import io.eventsource.testing.process.InstanceProcesses;
import java.time.Duration;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;

/** Subscriptions in a process whose heap does not hold what is appended at once. */
@OnNewestPostgres
class SmallHeapIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String ALL = "all";
    private static final String SMALL = "small";
    private static final int KIB = 1024;
    private static final int MIB = 1024 * 1024;

    @RegisterExtension
    private final InstanceProcesses processes;

    private final JdbcTemplate jdbc;

    SmallHeapIT(TestDatabase database) {
        this.jdbc = database.jdbc();
        processes = new InstanceProcesses(database, SmallHeapIT.class);
        new EffectLog(jdbc, 0);
    }

    private long number(String query, Object... arguments) {
        return jdbc.queryForList(query, Long.class, arguments).get(0);
    }

    private static ProjectionOptions wantsAll(String name) {
        return new ProjectionOptions(name, false);
    }

    private long end() {
        return number("SELECT coalesce(max(position), 0) FROM eventsource.events");
    }

    private InstanceProcess started(String name, int heapMiB, long base, ProjectionOptions... projections) {
        return processes
                .ready(processes
                        .options(name, base)
                        .withProjections(projections)
                        .withLease(Duration.ofSeconds(30))
                        .withHeap(heapMiB))
                .start();
    }

    /** Commits events at once, all with the text that the expression gives, between two small ones. */
    private void commit(int count, String text) {
        jdbc.update(
                """
                WITH text AS MATERIALIZED (SELECT %s AS value),
                     payload AS MATERIALIZED (SELECT jsonb_build_object('text', value) AS noted FROM text)
                INSERT INTO eventsource.events (event_id, append_id, aggregate_id, aggregate_type, version, event_type,
                       revision, bucket, "timestamp", payload)
                SELECT md5(random()::text)::uuid, md5(random()::text)::uuid, md5(random()::text)::uuid, 'account', 1,
                       CASE WHEN i IN (0, ?) THEN 'deposited' ELSE 'noted' END, 1, 0, now(),
                       CASE WHEN i IN (0, ?) THEN '{"amount": 1}' ELSE noted END
                  FROM generate_series(0, ?) AS i, payload ORDER BY i"""
                        .formatted(text),
                count + 1,
                count + 1,
                count + 1);
    }

    private static String repetitive(int bytes) {
        return "repeat('x', %d)".formatted(bytes);
    }

    /** Text that the server cannot compress. */
    private static String random(int bytes) {
        return "(SELECT string_agg(md5(i::text), '') FROM generate_series(1, %d) AS i)".formatted(bytes / 32);
    }

    private long effects(String projection) {
        return number("SELECT count(DISTINCT position) FROM effect_log WHERE projection = ?", projection);
    }

    private static void assertCurrent(InstanceProcess instance, String projection) {
        assertThat(instance.awaitCurrent(projection, SOON))
                .as("%s", instance.status(projection))
                .isTrue();
        Awaitility.await().atMost(SOON).untilAsserted(() -> {
            Command.Status status = instance.status(projection);
            assertThat(status.state()).as("%s", status).isEqualTo(SubscriptionStatus.State.LIVE);
            assertThat(status.lag()).isZero();
        });
    }

    @Test
    void much_that_is_committed_at_once_is_handled_in_a_quarter_of_its_size() {
        long base = end();
        InstanceProcess instance = started(
                "following", 256, base, wantsAll(ALL), new ProjectionOptions(SMALL, false, Set.of("deposited")));
        commit(1, repetitive(1));
        assertCurrent(instance, ALL);

        commit(40, repetitive(10 * MIB));
        long middle = end();
        commit(1_000, random(200 * KIB));
        commit(2_000, repetitive(20 * KIB));
        assertCurrent(instance, SMALL);
        assertCurrent(instance, ALL);

        assertThat(effects(ALL)).isEqualTo(3 + 42 + 1_002 + 2_002);
        assertThat(effects(SMALL)).isEqualTo(8);
        assertThat(parked()).isZero();

        // from the database instead of from what the tail reader keeps
        InstanceProcess late = started("late", 256, middle, wantsAll("late"));
        assertCurrent(late, "late");
        assertThat(effects("late")).isEqualTo(1_002 + 2_002);
        assertThat(parked()).isZero();
    }

    @Test
    void an_event_that_does_not_fit_alone_is_parked_and_stops_nobody_else() {
        InstanceProcess instance = started(
                "parking", 96, end(), wantsAll("parking"), new ProjectionOptions("others", false, Set.of("deposited")));
        commit(1, repetitive(1));
        assertCurrent(instance, "parking");

        commit(1, repetitive(80 * MIB));
        assertCurrent(instance, "others");
        assertThat(effects("others")).isEqualTo(4);
        assertCurrent(instance, "parking");

        assertThat(effects("parking")).isEqualTo(5);
        assertThat(jdbc.queryForList(
                        "SELECT error_type FROM eventsource.dead_letter_queue WHERE projection_name = 'parking'",
                        String.class))
                .containsExactly(LogReader.EventTooLargeException.class.getName());
    }

    private long parked() {
        return number("SELECT count(*) FROM eventsource.dead_letter_queue WHERE projection_name <> 'parking'");
    }
}
