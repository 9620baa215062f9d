package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.ObservedProjection;
import io.eventsource.testing.OnNewestPostgres;
import io.eventsource.testing.Seeds;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.process.Command;
import io.eventsource.testing.process.InstanceOptions;
import io.eventsource.testing.process.InstanceOptions.ProjectionOptions;
import io.eventsource.testing.process.InstanceProcess;
import io.eventsource.testing.process.InstanceProcesses;
import io.eventsource.testing.process.Traffic;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Instances in processes of their own that are killed, frozen, stopped or wrong about the time: each event has its effect once, in
 * order, and whoever looks meanwhile finds read model and checkpoint consistent.
 */
@OnNewestPostgres
class SubscriptionProcessesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** A batch has ten events. */
    private static final int IN_THE_SECOND_BATCH = 17;

    @RegisterExtension
    private final InstanceProcesses processes;

    private final long seed = Seeds.next(SubscriptionProcessesIT.class);
    private final TestDatabase database;
    private final EventStore store;
    private final ObservedProjection observed;
    private final String projection;

    SubscriptionProcessesIT(TestDatabase database) {
        this.database = database;
        this.processes = new InstanceProcesses(database, SubscriptionProcessesIT.class);
        this.store = database.store();
        this.observed = new ObservedProjection(database);
        this.projection = observed.name();
    }

    @BeforeEach
    void look() {
        observed.look(Duration.ofMillis(5));
    }

    @AfterEach
    void stopLooking() {
        observed.close();
    }

    private InstanceOptions options(String name) {
        return processes.options(name, observed.base(), projection);
    }

    private int effectsOf(String instance) {
        return observed.effects().effectsOf(projection, instance);
    }

    /** Appends so many deposits to each of six streams. */
    private void deposit(int each) {
        for (int i = 0; i < 6; i++) {
            store.append(StreamAppend.to("account", UUID.randomUUID(), Collections.nCopies(each, new Deposited(1))));
        }
    }

    private void assertAllHandledOnce(InstanceProcess instance) {
        assertThat(instance.awaitCurrent(projection, PATIENCE)).isTrue();
        observed.awaitHandled(PATIENCE);
        observed.assertHandledOnce("seed " + seed);
    }

    private void assertAllCountedOnce(InstanceProcess instance) {
        assertAllHandledOnce(instance);
        observed.assertCountedOnce("seed " + seed);
    }

    @Test
    void an_instance_that_is_killed_in_the_middle_of_a_batch_loses_nothing() {
        deposit(10);
        InstanceProcess killed = processes.ready(options("killed"));
        killed.hold(projection, IN_THE_SECOND_BATCH);
        killed.start();
        killed.awaitHeld(projection);

        killed.kill();

        assertThat(effectsOf("killed")).isEqualTo(10);
        InstanceProcess next = processes.ready(options("next")).start();
        assertAllCountedOnce(next);
        assertThat(effectsOf("next")).isEqualTo(50);
    }

    @Test
    void two_instances_produce_each_effect_once_under_random_traffic() {
        InstanceProcess one = processes.launch(options("one"));
        InstanceProcess other = processes.launch(options("other"));
        try (Traffic traffic = new Traffic(database.dataSource(), 3, Duration.ofMillis(10), seed)) {
            one.ready().start();
            other.ready().start();
            int before = traffic.committed();
            await().atMost(PATIENCE).until(() -> traffic.committed() > before + 200);
        }
        assertAllCountedOnce(one);
        assertAllCountedOnce(other);
        for (InstanceProcess each : List.of(one, other)) {
            await().atMost(PATIENCE)
                    .until(() -> EnumSet.of(SubscriptionStatus.State.LIVE, SubscriptionStatus.State.STANDBY)
                            .contains(each.status(projection).state()));
        }
    }

    @Test
    void an_instance_that_is_frozen_in_the_middle_of_a_batch_goes_on_as_if_nothing_had_been() {
        deposit(5);
        InstanceProcess frozen = processes.ready(options("frozen"));
        frozen.hold(projection, IN_THE_SECOND_BATCH);
        frozen.start();
        frozen.awaitHeld(projection);

        frozen.freeze();
        try (Traffic traffic = new Traffic(database.dataSource(), 3, Duration.ofMillis(10), seed)) {
            await().atMost(PATIENCE).until(() -> traffic.committed() > 100);
        }
        frozen.thaw();
        frozen.release(projection);

        assertAllCountedOnce(frozen);
    }

    @Test
    void an_instance_that_was_frozen_while_another_went_on_does_nothing_twice() {
        deposit(5);
        // without rows that both would lock
        ProjectionOptions log = new ProjectionOptions(projection, false);
        InstanceProcess frozen = processes.ready(options("frozen").withProjections(log));
        frozen.hold(projection, IN_THE_SECOND_BATCH);
        frozen.start();
        frozen.awaitHeld(projection);

        frozen.freeze();
        deposit(5);
        InstanceProcess other =
                processes.ready(options("other").withProjections(log)).start();
        assertAllHandledOnce(other);
        frozen.thaw();
        frozen.release(projection);

        assertAllHandledOnce(frozen);
        assertThat(effectsOf("frozen")).isEqualTo(10);
        assertThat(effectsOf("other")).isEqualTo(50);
        deposit(5);
        assertAllHandledOnce(frozen);
        assertAllHandledOnce(other);
    }

    @Test
    void an_instance_that_is_stopped_finishes_its_batch_begins_no_other_and_exits_with_0() {
        deposit(10);
        InstanceProcess stopped = processes.ready(options("stopped"));
        stopped.hold(projection, IN_THE_SECOND_BATCH);
        stopped.start();
        stopped.awaitHeld(projection);

        stopped.terminate();
        stopped.release(projection);

        assertThat(stopped.awaitExit(PATIENCE)).isZero();
        int handled = effectsOf("stopped");
        assertThat(handled).isGreaterThanOrEqualTo(IN_THE_SECOND_BATCH).isLessThan(60);
        assertThat(processes.sessions(stopped)).isZero();
        InstanceProcess next = processes.ready(options("next")).start();
        assertAllCountedOnce(next);
        assertThat(effectsOf("next")).isEqualTo(60 - handled);
    }

    @Test
    void an_instance_that_cannot_finish_its_batch_in_time_exits_with_1_and_leaves_it_to_the_next() {
        deposit(10);
        InstanceProcess stopped = processes.ready(options("stopped").withDrainTimeout(Duration.ofMillis(200)));
        stopped.hold(projection, IN_THE_SECOND_BATCH);
        stopped.start();
        stopped.awaitHeld(projection);

        stopped.terminate();

        assertThat(stopped.awaitExit(PATIENCE)).isEqualTo(1);
        assertThat(effectsOf("stopped")).isEqualTo(10);
        assertAllCountedOnce(processes.ready(options("next")).start());
    }

    @Test
    void clocks_that_are_hours_apart_change_nothing() {
        InstanceProcess ahead = processes.launch(options("ahead").withClockOffset(Duration.ofHours(5)));
        InstanceProcess behind = processes.launch(options("behind").withClockOffset(Duration.ofHours(-5)));
        ahead.ready().start();
        behind.ready().start();
        for (int i = 0; i < 5; i++) {
            ahead.ask(new Command.Append(3, 4));
            behind.ask(new Command.Append(3, 4));
        }
        assertAllCountedOnce(ahead);
        assertAllCountedOnce(behind);
        assertThat(observed.effects().events()).hasSize(120);
        assertThat(database.jdbc()
                        .queryForList(
                                """
                                SELECT max("timestamp") - min("timestamp") > interval '9 hours'
                                  FROM eventsource.events WHERE position > ?""",
                                Boolean.class,
                                observed.base())
                        .get(0))
                .as("the clocks are apart")
                .isTrue();
    }
}
