package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.schema.SchemaMigrator;
import io.eventsource.testing.ObservedProjection;
import io.eventsource.testing.Seeds;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.process.Command;
import io.eventsource.testing.process.InstanceProcess;
import io.eventsource.testing.process.InstanceProcesses;
import io.eventsource.testing.process.Traffic;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Instances come, go, freeze and are killed, sessions are cut, the server crashes, segments are split and merged, all at random
 * under random traffic: each event has its effect once, in order, and whoever looks meanwhile finds read model and checkpoint
 * consistent. The system properties {@code eventsource.test.faults-seconds} and {@code eventsource.test.faults-postgres} say how
 * long, and on which major version of the server.
 */
class ProcessFaultsIT {

    private static final Duration DURATION =
            Duration.ofSeconds(Integer.getInteger("eventsource.test.faults-seconds", 30));
    private static final int POSTGRES = Integer.getInteger("eventsource.test.faults-postgres", 18);
    private static final Duration LEASE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MOST_INSTANCES = 4;

    private final long seed = Seeds.next(ProcessFaultsIT.class);
    private final Random random = new Random(seed);
    private final TestDatabase own;

    @RegisterExtension
    private final InstanceProcesses processes;

    private final ObservedProjection observed;
    private final List<InstanceProcess> alive = new ArrayList<>();
    private final Map<Fault, Integer> struck = new EnumMap<>(Fault.class);
    private final Map<Fault, Integer> refused = new EnumMap<>(Fault.class);
    private int started;

    /** What strikes. */
    private enum Fault {
        JOINED,
        KILLED,
        STOPPED,
        FROZEN,
        SESSIONS_CUT,
        SERVER_CRASHED,
        SPLIT,
        MERGED
    }

    ProcessFaultsIT() {
        // what was committed must survive a crash of the server
        this.own = TestDatabase.emptyOnFreshCluster(POSTGRES, Map.of("synchronous_commit", "on"));
        new SchemaMigrator(own.dataSource(), TestDatabase.SCHEMA).migrate();
        this.processes = new InstanceProcesses(own, ProcessFaultsIT.class);
        this.observed = new ObservedProjection(own);
        observed.look(Duration.ofMillis(20));
    }

    @AfterEach
    void close() {
        processes.endAll();
        observed.close();
        own.close();
    }

    private void join() {
        alive.add(processes
                .ready(processes
                        .options("i" + ++started, observed.base(), observed.name())
                        .withSegments(4)
                        .withLease(LEASE))
                .start());
    }

    @Test
    void under_random_faults_each_event_has_its_effect_once() throws Exception {
        join();
        join();
        long end = System.nanoTime() + DURATION.toNanos();
        try (Traffic traffic = new Traffic(own.dataSource(), 3, Duration.ofMillis(30), seed)) {
            // each of them once, and then at random
            for (Fault fault : Fault.values()) {
                strike(fault);
            }
            while (System.nanoTime() < end) {
                strike(Fault.values()[random.nextInt(Fault.values().length)]);
                letTimePass(random.nextInt(2_000));
            }
            System.out.printf(
                    "%s: %d transactions committed, %d failed, faults %s, refused %s%n",
                    own, traffic.committed(), traffic.failed(), struck, refused);
            assertThat(traffic.committed()).isPositive();
        }
        own.dataSource().getHikariPoolMXBean().softEvictConnections();
        observed.awaitHandled(PATIENCE);
        observed.assertCountedOnce("seed " + seed);
        assertThat(struck).containsKeys(Fault.values());
    }

    private InstanceProcess any() {
        return alive.get(random.nextInt(alive.size()));
    }

    private void strike(Fault fault) throws Exception {
        boolean done =
                switch (fault) {
                    case JOINED -> {
                        if (alive.size() >= MOST_INSTANCES) {
                            yield false;
                        }
                        join();
                        yield true;
                    }
                    case KILLED -> {
                        InstanceProcess killed = any();
                        killed.kill();
                        replace(killed);
                        yield true;
                    }
                    case STOPPED -> {
                        InstanceProcess stopped = any();
                        stopped.terminate();
                        assertThat(stopped.awaitExit(PATIENCE))
                                .as("%s, seed %d", stopped, seed)
                                .isZero();
                        replace(stopped);
                        yield true;
                    }
                    case FROZEN -> {
                        InstanceProcess frozen = any();
                        frozen.freeze();
                        letTimePass(random.nextInt((int) LEASE.multipliedBy(3).toMillis()));
                        frozen.thaw();
                        yield true;
                    }
                    case SESSIONS_CUT -> {
                        processes.cutConnections(any());
                        yield true;
                    }
                    case SERVER_CRASHED -> observed.onlooker().whileNobodyLooks(this::crash);
                    case SPLIT -> obeyed(new Command.Resize(observed.name(), 4 + random.nextInt(5)));
                    case MERGED -> obeyed(new Command.Resize(observed.name(), 1 + random.nextInt(4)));
                };
        (done ? struck : refused).merge(fault, 1, Integer::sum);
    }

    private void replace(InstanceProcess gone) {
        alive.remove(gone);
        if (alive.isEmpty() || random.nextBoolean()) {
            join();
        }
    }

    /** Whether a command was carried out; one that a fault strikes too, or that has nothing to do, is refused. */
    private boolean obeyed(Command<Boolean> command) throws InterruptedException, TimeoutException {
        CompletableFuture<Boolean> answer = any().send(command);
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException refusal) {
            System.out.printf(
                    "%s: %s%n",
                    command, String.valueOf(refusal.getCause()).lines().limit(1).toList());
            return false;
        }
    }

    /**
     * Returns when the server has ended all sessions and takes new ones. The commit of a batch does not wait for the disk, so that a
     * crash may take back a checkpoint that could be seen already. What was seen before a commit that waits cannot be taken back.
     */
    private boolean crash() throws SQLException {
        try (Connection witness = own.connect()) {
            own.jdbc().queryForList("SELECT pg_logical_emit_message(true, 'crash', '')", String.class);
            own.crashServer();
            await().atMost(PATIENCE).until(() -> !witness.isValid(1));
        }
        own.dataSource().getHikariPoolMXBean().softEvictConnections();
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            try (Connection again = own.connect()) {
                return again.isValid(1);
            }
        });
        return true;
    }

    private static void letTimePass(long millis) throws InterruptedException {
        boolean unused = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    }
}
