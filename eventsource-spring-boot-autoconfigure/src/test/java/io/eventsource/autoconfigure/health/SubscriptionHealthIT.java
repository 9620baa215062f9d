package io.eventsource.autoconfigure.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.SettableTime;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassification.ClassifiedError;
import io.eventsource.error.ErrorInfo;
import io.eventsource.error.ErrorListener;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.ProcessingTimeoutException;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.time.Clocks;
import java.io.Serial;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.dao.DataAccessResourceFailureException;

/** The health of one subscription: each reason why it is not well, and that it is well again afterwards. */
class SubscriptionHealthIT {

    private final TestDatabase database = TestDatabase.migrated();
    private final SettableTime time = new SettableTime();
    private final ApplicationContextRunner application = Runners.on(database)
            .withBean("settable", Clocks.class, time::clocks)
            .withPropertyValues("eventsource.subscriptions.defaults.retry.delay=100ms");

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static final class Unacceptable extends RuntimeException implements ClassifiedError {

        @Serial
        private static final long serialVersionUID = 1L;

        @Override
        public ErrorClassification classification() {
            return new ErrorClassification(ErrorClassification.Category.PERMANENT, ErrorClassification.Severity.MEDIUM);
        }
    }

    private ApplicationContextRunner handling(Consumer<Object> handler) {
        return application.withBean(
                EventHandlers.class, () -> new Handlers("deposits", event -> handler.accept(event.payload())));
    }

    private static Health health(BeanFactory context) {
        CompositeHealthContributor all =
                context.getBean("subscriptionsHealthContributor", CompositeHealthContributor.class);
        return Objects.requireNonNull(
                ((HealthIndicator) Objects.requireNonNull(all.getContributor("deposits"))).health());
    }

    private static void assertHealth(BeanFactory context, String status, String reason) {
        Health health = health(context);
        assertThat(health.getStatus().getCode()).as("%s", health).isEqualTo(status);
        assertThat(health.getDetails()
                        .getOrDefault("reason", health.getDetails().get("message")))
                .asString()
                .contains(reason);
    }

    private static void awaitHealth(BeanFactory context, String status, String reason) {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertHealth(context, status, reason));
    }

    private static void append(BeanFactory context, int events) {
        for (int i = 0; i < events; i++) {
            context.getBean(EventStore.class).append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));
        }
    }

    private static Map<String, Object> summary(BeanFactory context) {
        return context.getBean(SubscriptionsHealth.class).summary();
    }

    @Test
    void lag_in_events_and_in_time_degrades_and_takes_down_and_does_not_touch_readiness() {
        Semaphore permits = new Semaphore(0);
        handling(event -> permits.acquireUninterruptibly())
                .withPropertyValues(
                        "eventsource.health.lag-events.degraded=3",
                        "eventsource.health.lag-events.down=6",
                        "eventsource.subscriptions.defaults.batch.timeout=20s")
                .run(context -> {
                    append(context, 1);
                    awaitHealth(context, "UP", "it handles events");
                    append(context, 3);
                    awaitHealth(context, "DEGRADED", "it is 4 events behind the log");
                    assertThat(summary(context))
                            .containsEntry("subscriptionsStatus", "DEGRADED")
                            .containsEntry("degradedCount", 1)
                            .containsEntry("totalLagEvents", 4L);
                    append(context, 3);
                    awaitHealth(context, "DOWN", "it is 7 events behind the log");
                    assertThat(summary(context))
                            .containsEntry("subscriptionsStatus", "DOWN")
                            .containsEntry("downCount", 1);
                    assertThat(context.getBean(EventSourceHealthIndicator.class)
                                    .health()
                                    .getStatus()
                                    .getCode())
                            .isEqualTo("UP");
                    permits.release(7);
                    awaitHealth(context, "UP", "it handles events");

                    append(context, 1);
                    await().untilAsserted(() ->
                            assertThat(health(context).getDetails()).containsEntry("lagEvents", 1L));
                    time.set(Duration.ofHours(-1));
                    time.pass(Duration.ofSeconds(61));
                    awaitHealth(context, "DEGRADED", "it has been behind the log for 61 s");
                    time.set(Duration.ofHours(2));
                    time.pass(Duration.ofMinutes(4));
                    awaitHealth(context, "DOWN", "it has been behind the log for 301 s");
                    permits.release(1);
                    awaitHealth(context, "UP", "it handles events");
                    assertThat(health(context).getDetails())
                            .containsEntry("lagEvents", 0L)
                            .containsEntry("lagSeconds", 0L);
                });
    }

    @Test
    void errors_degrade_by_rate_and_by_number_and_take_down_until_they_are_over() {
        AtomicBoolean failing = new AtomicBoolean(true);
        handling(event -> {
                    if (failing.get()) {
                        throw new Unacceptable();
                    }
                })
                .withPropertyValues(
                        "eventsource.subscriptions.defaults.batch.size=1",
                        "eventsource.health.errors.per-minute=3",
                        "eventsource.health.errors.degraded=6",
                        "eventsource.health.errors.down=9")
                .run(context -> {
                    append(context, 4);
                    awaitHealth(context, "DEGRADED", "it had 4 errors within a minute");
                    time.set(Duration.ofHours(-1));
                    time.pass(Duration.ofSeconds(70));
                    awaitHealth(context, "UP", "it handles events");
                    append(context, 2);
                    awaitHealth(context, "DEGRADED", "it had 6 errors in PT10M");
                    append(context, 3);
                    awaitHealth(context, "DOWN", "it had 9 errors in PT10M");
                    assertThat(health(context).getDetails())
                            .containsEntry("errorsInWindow", 9)
                            .containsEntry("failedAttempts", 9L);
                    failing.set(false);
                    append(context, 1);
                    time.pass(Duration.ofSeconds(9));
                    awaitHealth(context, "DOWN", "it had 9 errors in PT10M");
                    // long before the window is over
                    time.pass(Duration.ofSeconds(1));
                    awaitHealth(context, "UP", "it handles events");
                    assertThat(health(context).getDetails()).containsEntry("errorsInWindow", 9);
                });
    }

    @Test
    void what_is_committed_behind_an_open_transaction_is_lag_and_its_holder_is_named() throws Exception {
        try (Connection hung = database.connect();
                Statement statement = hung.createStatement()) {
            handling(event -> {}).run(context -> {
                append(context, 1);
                awaitHealth(context, "UP", "it handles events");
                statement.execute("SET application_name = 'slow importer'");
                hung.setAutoCommit(false);
                TestDatabase.insertOneEvent(statement);
                long pid = database.count("SELECT pid FROM pg_stat_activity WHERE application_name = 'slow importer'");
                append(context, 3);

                await().untilAsserted(
                                () -> assertThat(health(context).getDetails()).containsEntry("lagEvents", 4L));
                assertHealth(context, "UP", "it handles events");
                time.pass(Duration.ofSeconds(20));
                awaitHealth(
                        context,
                        "DEGRADED",
                        "an open transaction holds the log, and 4 committed positions have waited for 20 s: pid %d, application 'slow importer'"
                                .formatted(pid));
                assertThat(health(context).getDetails()).containsEntry("lagSeconds", 20L);
                assertThat(health(context).toString()).doesNotContain("INSERT");
                assertThat(summary(context)).containsEntry("subscriptionsStatus", "DEGRADED");
                // however long it holds: this subscription is not what is broken
                time.pass(Duration.ofMinutes(10));
                awaitHealth(context, "DEGRADED", "an open transaction holds the log");
                hung.rollback();
                awaitHealth(context, "UP", "it handles events");
                assertThat(health(context).getDetails()).containsEntry("lagEvents", 0L);
            });
        }
    }

    @Test
    void what_is_unknown_is_not_counted_as_well() {
        handling(event -> {})
                .withPropertyValues("eventsource.subscriptions.instance.exclude=deposits")
                .run(context -> assertThat(summary(context))
                        .containsEntry("subscriptionsStatus", "UNKNOWN")
                        .containsEntry("upCount", 0)
                        .containsEntry("unknownCount", 1));
    }

    @Test
    void a_handler_that_fails_degrades_until_it_succeeds() {
        AtomicBoolean failing = new AtomicBoolean(true);
        handling(event -> {
                    if (failing.get()) {
                        throw new IllegalStateException("told to fail");
                    }
                })
                .run(context -> {
                    append(context, 1);
                    awaitHealth(context, "DEGRADED", "a handler fails and is tried again");
                    assertThat(health(context).getDetails())
                            .containsEntry("error", IllegalStateException.class.getName())
                            .containsKey("failuresInARow");
                    failing.set(false);
                    awaitHealth(context, "UP", "it handles events");
                    assertThat(health(context).getDetails()).doesNotContainKeys("error", "failuresInARow");
                });
    }

    @Test
    void a_handler_that_hangs_fails_with_the_timeout_although_the_server_has_ended_its_session() {
        List<ErrorInfo> heard = new CopyOnWriteArrayList<>();
        CountDownLatch entered = new CountDownLatch(1);
        Semaphore permits = new Semaphore(0);
        handling(event -> {
                    entered.countDown();
                    // hears no interrupt
                    permits.acquireUninterruptibly();
                })
                .withBean(ErrorListener.class, () -> heard::add)
                .withBean("running", Clocks.class, Clocks::system, bean -> bean.setPrimary(true))
                .withPropertyValues(
                        "eventsource.subscriptions.instance.lease-duration=1s",
                        "eventsource.subscriptions.defaults.batch.timeout=500ms")
                .run(context -> {
                    append(context, 1);
                    assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
                    await().until(() -> database.count(
                                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'")
                            == 0);
                    permits.release(1_000);
                    await().until(() -> !heard.isEmpty());
                    assertThat(heard.get(0).error())
                            .isInstanceOf(ProcessingTimeoutException.class)
                            .hasMessageContaining("did not handle a batch within PT0.5S");
                    awaitHealth(context, "UP", "it handles events");
                });
    }

    @ParameterizedTest
    @CsvSource({
        "true, it waits for something that every event needs and that is away",
        "false, a handler fails and is tried again"
    })
    void what_every_event_needs_and_is_away_degrades_until_it_is_back(boolean breaker, String reason) {
        AtomicBoolean away = new AtomicBoolean(true);
        AtomicInteger attempts = new AtomicInteger();
        handling(event -> {
                    attempts.incrementAndGet();
                    if (away.get()) {
                        throw new DataAccessResourceFailureException("told to be away");
                    }
                })
                .withPropertyValues(
                        "eventsource.subscriptions.defaults.circuit-breaker.enabled=" + breaker,
                        "eventsource.subscriptions.defaults.circuit-breaker.failure-threshold=2",
                        "eventsource.subscriptions.defaults.circuit-breaker.open-for=300ms",
                        "eventsource.subscriptions.defaults.circuit-breaker.max-open-for=400ms",
                        "eventsource.health.errors.degraded=0",
                        "eventsource.health.errors.down=0",
                        "eventsource.health.errors.per-minute=0")
                // the breaker's pauses end by themselves here
                .withBean("running", Clocks.class, Clocks::system, bean -> bean.setPrimary(true))
                .run(context -> {
                    append(context, 1);
                    await().untilAsserted(() -> {
                        assertThat(attempts).hasValueGreaterThan(2);
                        assertHealth(context, "DEGRADED", reason);
                    });
                    away.set(false);
                    awaitHealth(context, "UP", "it handles events");
                    assertThat(database.count("SELECT count(*) FROM eventsource.dead_letter_queue"))
                            .isZero();
                });
    }

    @Test
    void an_sqlstate_stops_reading_by_property_and_health_says_since_when() {
        AtomicInteger divisor = new AtomicInteger();
        handling(event -> database.jdbc().queryForObject("SELECT 1 / ?::integer", Integer.class, divisor.get()))
                .withPropertyValues(
                        // permanent by itself, so that the event would be parked at once
                        "eventsource.errors.sql-states.22012=infrastructure",
                        "eventsource.subscriptions.defaults.circuit-breaker.failure-threshold=1",
                        "eventsource.subscriptions.defaults.circuit-breaker.open-for=100ms",
                        "eventsource.subscriptions.defaults.circuit-breaker.max-open-for=100ms")
                .run(context -> {
                    append(context, 1);
                    awaitHealth(context, "DEGRADED", "it waits for something that every event needs and that is away");
                    time.set(Duration.ofHours(1));
                    assertThat(health(context).getDetails()).containsEntry("failingSince", "2026-01-01T00:00:00Z");
                    assertThat(database.count("SELECT count(*) FROM eventsource.dead_letter_queue"))
                            .isZero();

                    divisor.set(1);
                    await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                        time.pass(Duration.ofSeconds(1));
                        assertHealth(context, "UP", "it handles events");
                    });
                    assertThat(health(context).getDetails()).doesNotContainKey("failingSince");
                    assertThat(database.count("SELECT count(*) FROM eventsource.dead_letter_queue"))
                            .isZero();
                });
    }

    @Test
    void an_event_that_stops_it_takes_it_down_until_it_is_resumed() {
        AtomicBoolean failing = new AtomicBoolean(true);
        handling(event -> {
                    if (failing.get()) {
                        throw new Unacceptable();
                    }
                })
                .withPropertyValues("eventsource.subscriptions.defaults.dead-letter.enabled=false")
                .run(context -> {
                    append(context, 1);
                    awaitHealth(context, "DOWN", "it has stopped at an event that cannot be handled");
                    failing.set(false);
                    context.getBean(SubscriptionManager.class).resume("deposits");
                    awaitHealth(context, "UP", "it handles events");
                });
    }

    @Test
    void it_is_unknown_before_a_checkpoint_degraded_while_paused_and_down_when_stopped() throws Exception {
        application.run(migrated -> assertThat(migrated).hasNotFailed());
        try (Connection other = database.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE eventsource.projection_checkpoints");
            handling(event -> {}).run(context -> {
                SubscriptionManager manager = context.getBean(SubscriptionManager.class);
                assertHealth(context, "UNKNOWN", "it has no checkpoint yet");
                other.rollback();
                awaitHealth(context, "UP", "it handles events");

                manager.pause("deposits", "ada", "a new index");
                awaitHealth(context, "DEGRADED", "it was paused by ada");
                manager.resume("deposits", "ada");
                awaitHealth(context, "UP", "it handles events");

                manager.stop(Duration.ofSeconds(10));
                assertHealth(context, "DOWN", "it is to run here and does not");
                manager.start();
                awaitHealth(context, "UP", "it handles events");
            });
        }
    }

    @Test
    void it_is_unknown_where_it_is_not_to_run_and_up_where_others_own_all_of_it() {
        handling(event -> {})
                .withPropertyValues("eventsource.subscriptions.instance.exclude=deposits")
                .run(context -> assertHealth(context, "UNKNOWN", "this instance does not start it"));
        handling(event -> {}).run(first -> {
            awaitHealth(first, "UP", "it handles events");
            handling(event -> {}).run(second -> awaitHealth(second, "UP", "other instances own all of its segments"));
        });
    }

    @Test
    void a_lease_that_cannot_be_renewed_takes_it_down_until_it_can() {
        handling(event -> {})
                .withPropertyValues(
                        "eventsource.subscriptions.instance.lease-duration=300ms",
                        "eventsource.subscriptions.defaults.batch.timeout=300ms")
                .run(context -> {
                    awaitHealth(context, "UP", "it handles events");
                    database.jdbc().execute("ALTER TABLE eventsource.subscription_instances RENAME TO hidden");
                    awaitHealth(context, "DOWN", "the lease of this instance cannot be renewed");
                    database.jdbc().execute("ALTER TABLE eventsource.hidden RENAME TO subscription_instances");
                    awaitHealth(context, "UP", "it handles events");
                });
    }
}
