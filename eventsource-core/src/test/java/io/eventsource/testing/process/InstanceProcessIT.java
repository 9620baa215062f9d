package io.eventsource.testing.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.testing.AccountTotals;
import io.eventsource.testing.EffectLog;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** No instance is left behind, and what goes wrong in one is shown. */
@OnEachPostgres
class InstanceProcessIT {

    private static final Duration SOON = Duration.ofSeconds(20);

    @RegisterExtension
    private final InstanceProcesses processes;

    private final TestDatabase database;

    InstanceProcessIT(TestDatabase database) {
        this.database = database;
        processes = new InstanceProcesses(database, InstanceProcessIT.class);
        new EffectLog(database.jdbc(), 0);
        AccountTotals.create(database.jdbc());
    }

    @Test
    void an_instance_ends_when_whoever_started_it_is_gone() {
        InstanceProcess instance = processes.ready(processes.options("orphan", 0, "p"));
        instance.start();

        instance.abandon();

        assertThat(instance.awaitExit(SOON)).isEqualTo(InstanceApplication.ORPHANED);
    }

    @Test
    void a_frozen_instance_ends_when_whoever_started_it_is_gone() {
        InstanceProcess instance = processes.ready(processes.options("orphan", 0, "p"));
        instance.freeze();

        instance.abandon();

        assertThat(instance.awaitExit(SOON)).isEqualTo(128 + 9);
    }

    @Test
    void a_frozen_instance_answers_when_it_is_thawed() {
        InstanceProcess instance = processes.ready(processes.options("frozen", 0, "p"));
        instance.freeze();
        var answer = instance.send(new Command.Append(1, 2));
        assertThat(answer).isNotDone();

        instance.thaw();

        assertThat(answer).succeedsWithin(SOON);
        assertThat(database.jdbc().queryForList("SELECT max(position) FROM eventsource.events", Long.class))
                .containsExactly(answer.join());
    }

    @Test
    void a_command_that_fails_fails_where_it_was_sent() {
        InstanceProcess instance = processes.ready(processes.options("failing", 0, "p"));

        assertThatThrownBy(() -> instance.status("unknown"))
                .rootCause()
                .hasMessageContaining("AskStatus[projection=unknown] failed in failing")
                .hasMessageContaining("NoSuchElementException");
        assertThat(instance.status("p").position()).isZero();
    }

    @Test
    void what_is_sent_to_an_instance_that_has_ended_fails_at_once() {
        InstanceProcess instance = processes.ready(processes.options("ended", 0, "p"));
        instance.kill();

        assertThatThrownBy(() -> instance.status("p")).hasMessageContaining("ended (process");
    }
}
