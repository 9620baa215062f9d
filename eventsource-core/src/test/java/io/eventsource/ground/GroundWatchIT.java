package io.eventsource.ground;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.ground.GroundReport.Severity;
import io.eventsource.testing.CountingDataSource;
import io.eventsource.testing.OnNewestPostgres;
import io.eventsource.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

@OnNewestPostgres
class GroundWatchIT {

    private final TestDatabase database;
    private final CountingDataSource counting;
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong changes = new AtomicLong();
    private final GroundWatch watch;

    GroundWatchIT(TestDatabase database) {
        this.database = database;
        this.counting = new CountingDataSource(database.dataSource());
        this.watch = new GroundWatch(
                new GroundInspector(new JdbcTemplate(counting), TestDatabase.SCHEMA, List.of()),
                changes::get,
                () -> null,
                nanos::get);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private int statementsOfAReport() {
        int before = counting.statements();
        watch.report();
        return counting.statements() - before;
    }

    @Test
    void it_asks_again_after_a_minute_a_change_or_a_suspicion_and_each_second_while_something_is_wrong() {
        assertThat(statementsOfAReport()).isEqualTo(2);
        pass(Duration.ofSeconds(59));
        assertThat(statementsOfAReport()).isZero();
        pass(Duration.ofSeconds(1));
        assertThat(statementsOfAReport()).isEqualTo(2);
        changes.incrementAndGet();
        assertThat(statementsOfAReport()).isEqualTo(2);
        watch.suspect();
        assertThat(statementsOfAReport()).isEqualTo(2);
        assertThat(statementsOfAReport()).isZero();

        database.jdbc().execute("ALTER SEQUENCE eventsource.events_position_seq CACHE 2");
        changes.incrementAndGet();
        assertThat(watch.report().of(Severity.REFUSE)).hasSize(1);
        pass(Duration.ofMillis(900));
        assertThat(statementsOfAReport()).isZero();
        database.jdbc().execute("ALTER SEQUENCE eventsource.events_position_seq CACHE 1");
        pass(Duration.ofMillis(100));
        assertThat(statementsOfAReport()).isEqualTo(2);
        assertThat(watch.report().of(Severity.REFUSE)).isEmpty();
    }
}
