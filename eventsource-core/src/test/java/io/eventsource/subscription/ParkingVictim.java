package io.eventsource.subscription;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.log.HighWaterMark;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.signal.LogSignal;
import io.eventsource.subscription.StrikingDataSource.Plan;
import io.eventsource.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** An instance in a JVM of its own that parks events or replays them, and sends itself SIGKILL before one of its statements. */
final class ParkingVictim {

    /** The exit code of a process that SIGKILL has ended. */
    private static final int KILLED = 137;

    /** After so long another instance takes over what a killed one owned. */
    private static final Duration LEASE = Duration.ofSeconds(2);

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HikariDataSource pool;
    private final StrikingDataSource striking;
    private final PoisonHandlers handlers;

    private ParkingVictim(String url, String projection) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(4);
        this.pool = new HikariDataSource(config);
        this.striking = new StrikingDataSource(pool, new JdbcTemplate(pool));
        this.handlers = new PoisonHandlers(projection, Delivery.EXACTLY_ONCE, new JdbcTemplate(striking));
    }

    /** Parks what is poisoned, up to a position; says whether it was killed on the way. */
    static boolean parks(String url, String projection, int boundary, long upTo, Set<Long> poisoned) {
        List<String> arguments = new ArrayList<>(List.of("parks", url, projection, "" + boundary, "" + upTo));
        poisoned.forEach(each -> arguments.add("" + each));
        return launch(arguments);
    }

    /** Replays what the projection has in the queue; says whether it was killed on the way. */
    static boolean replays(String url, String projection, int boundary) {
        return launch(List.of("replays", url, projection, "" + boundary));
    }

    private static boolean launch(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx96m",
                "-Dlogback.configurationFile=logback-instance.xml",
                "-cp",
                System.getProperty("java.class.path"),
                ParkingVictim.class.getName()));
        command.addAll(arguments);
        try {
            Process process = new ProcessBuilder(command).inheritIO().start();
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("It went on for longer than " + PATIENCE);
            }
            if (process.exitValue() != 0 && process.exitValue() != KILLED) {
                throw new IllegalStateException("It ended with the exit code " + process.exitValue());
            }
            return process.exitValue() == KILLED;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        ParkingVictim victim = new ParkingVictim(arguments[1], arguments[2]);
        int boundary = Integer.parseInt(arguments[3]);
        if (arguments[0].equals("parks")) {
            victim.park(
                    boundary,
                    Long.parseLong(arguments[4]),
                    Arrays.stream(arguments).skip(5).map(Long::valueOf).collect(Collectors.toSet()));
        } else {
            victim.replay(boundary);
        }
        victim.pool.close();
        Runtime.getRuntime().halt(0);
    }

    private void park(int boundary, long upTo, Set<Long> poisoned) throws InterruptedException {
        handlers.poisonedAt(poisoned);
        striking.follow(Plan.before("eventsource-" + handlers.name(), boundary, ParkingVictim::kill));
        SubscriptionManager manager = SubscriptionManager.builder(
                        TestDatabase.events(striking),
                        HighWaterMark.of(striking, TestDatabase.SCHEMA, Clock.systemUTC()),
                        new LogSignal())
                .settings(InstanceSettings.defaults()
                        .withPollInterval(SubscriptionFixture.SHORT)
                        .withLeaseDuration(LEASE))
                .build(List.of(new SubscriptionDefinition(handlers, settings(), new JdbcTransactionManager(striking))));
        manager.start();
        if (!manager.awaitPosition(handlers.name(), upTo, PATIENCE)) {
            throw new IllegalStateException("It has not come to " + upTo);
        }
        manager.stop(SubscriptionFixture.STOP_WITHIN);
    }

    private static SubscriptionSettings settings() {
        SubscriptionSettings quick = SubscriptionFixture.quick(10);
        return quick.toBuilder()
                .processingTimeout(LEASE)
                .retry(new SubscriptionSettings.Retry(5, Duration.ofMillis(5), 2, Duration.ofMillis(50)))
                .circuitBreaker(SubscriptionFixture.parkingAll())
                .build();
    }

    private void replay(int boundary) {
        striking.follow(Plan.before(Thread.currentThread().getName(), boundary, ParkingVictim::kill));
        ParkingSubscriptionFixture.replay(handlers, striking, new JdbcTransactionManager(striking))
                .replay(
                        DeadLetterRepository.Filter.ALL.withProjection(handlers.name()),
                        ParkingSubscriptionFixture.MANY);
    }

    private static void kill() {
        try {
            new ProcessBuilder("kill", "-9", "" + ProcessHandle.current().pid()).start();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        while (true) {
            LockSupport.park();
        }
    }
}
