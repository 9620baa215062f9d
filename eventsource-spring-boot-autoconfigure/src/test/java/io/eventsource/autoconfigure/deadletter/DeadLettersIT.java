package io.eventsource.autoconfigure.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Indicators;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.deadletter.DeadLetter;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.error.ErrorListener;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.HandlerInterceptor;
import io.eventsource.projection.Projection;
import io.eventsource.projection.ResetHandler;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionStatus;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.dao.DataAccessResourceFailureException;

/** What becomes of events that cannot be handled in a running application, and what each property of it does. */
class DeadLettersIT {

    private static final String OPEN =
            "SELECT count(*) FROM eventsource.dead_letter_queue WHERE status IN ('failed', 'waiting', 'retrying')";

    private final TestDatabase database = TestDatabase.migrated();
    private final AtomicBoolean failing = new AtomicBoolean(true);
    private final List<Object> handled = new CopyOnWriteArrayList<>();
    private final AtomicInteger attempts = new AtomicInteger();

    private final ApplicationContextRunner bare = Runners.on(database)
            .withPropertyValues(
                    "eventsource.subscriptions.defaults.retry.max-retries=0",
                    "eventsource.subscriptions.defaults.retry.delay=20ms");
    private final ApplicationContextRunner application = bare.withBean(
            EventHandlers.class,
            () -> new Handlers("deposits", event -> {
                attempts.incrementAndGet();
                if (failing.get()) {
                    throw new IllegalStateException("told to fail");
                }
                handled.add(event.payload());
            }));

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static ConditionFactory soon() {
        return await().pollInterval(Duration.ofMillis(20));
    }

    private static void append(BeanFactory context, int count) {
        for (int i = 0; i < count; i++) {
            context.getBean(EventStore.class).append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));
        }
    }

    /** Parks the events of so many aggregates. */
    private void park(BeanFactory context, int count) {
        append(context, count);
        soon().until(() -> database.count(OPEN) == count);
    }

    private static void markAll(BeanFactory context) {
        DeadLetterRepository letters = context.getBean(DeadLetterRepository.class);
        letters.list(DeadLetterRepository.Filter.OPEN, 0, 100).forEach(each -> letters.markRetrying(each.id()));
    }

    private Duration between(String later, String earlier) {
        return Duration.ofMillis(
                database.count("SELECT (extract(epoch FROM %s - %s) * 1000)::bigint FROM eventsource.dead_letter_queue"
                        .formatted(later, earlier)));
    }

    @Test
    void anEventThatIsMarkedIsHandledAgainWithWhatSurroundsHandlersAndTheCheckpointStays() {
        List<String> intercepted = new CopyOnWriteArrayList<>();
        application
                .withBean(HandlerInterceptor.class, () -> (handlers, events, call) -> {
                    call.run();
                    intercepted.add(handlers.name());
                })
                .withPropertyValues("eventsource.dead-letters.replay.interval=50ms")
                .run(context -> {
                    park(context, 1);
                    assertThat(intercepted).isEmpty();
                    failing.set(false);
                    markAll(context);

                    soon().until(() -> database.count(OPEN) == 0);

                    assertThat(handled).containsExactly(new Deposited(1));
                    assertThat(intercepted).containsExactly("deposits");
                    assertThat(database.count("SELECT position FROM eventsource.projection_checkpoints"))
                            .isOne();
                });
    }

    @Test
    void listenersHearOfErrorsAndMayActOnTheSubscription() {
        bare.withBean(
                        EventHandlers.class,
                        () -> new Handlers("deposits", event -> {
                            throw new IllegalStateException("told to fail");
                        }))
                .withPropertyValues("eventsource.subscriptions.defaults.retry.max-retries=1000")
                .withUserConfiguration(Pausing.class)
                .run(context -> {
                    append(context, 1);

                    soon().until(() -> context.getBean(SubscriptionManager.class)
                                    .status("deposits")
                                    .orElseThrow()
                                    .state()
                            == SubscriptionStatus.State.PAUSED);
                });
    }

    static final class Pausing {

        @Bean
        ErrorListener pausing(SubscriptionManager manager) {
            return error -> manager.pause(error.subscription());
        }
    }

    @Test
    void theApplicationsClassifierSaysWhatIsParkedAtOnce() {
        application
                .withPropertyValues("eventsource.subscriptions.defaults.retry.max-retries=1000")
                .withBean(
                        ErrorClassifier.class,
                        () -> error -> new ErrorClassification(
                                ErrorClassification.Category.PERMANENT, ErrorClassification.Severity.CRITICAL))
                .run(context -> {
                    park(context, 1);

                    assertThat(attempts).hasValueBetween(1, 2);
                });
    }

    @Test
    void aPausedSubscriptionsDeadLettersAreLeftAlone() {
        application
                .withPropertyValues("eventsource.dead-letters.replay.interval=20ms")
                .run(context -> {
                    SubscriptionManager manager = context.getBean(SubscriptionManager.class);
                    park(context, 1);
                    failing.set(false);
                    manager.pause("deposits");
                    soon().until(() ->
                            manager.status("deposits").orElseThrow().state() == SubscriptionStatus.State.PAUSED);
                    markAll(context);

                    await().during(Duration.ofMillis(300)).until(handled::isEmpty);

                    manager.resume("deposits");
                    soon().until(() -> handled.size() == 1);
                });
    }

    private static void workFor(Duration duration) {
        try {
            boolean unused = new CountDownLatch(1).await(duration.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void whatIsBeingHandledAgainIsFinishedBeforeTheApplicationHasStopped() {
        CountDownLatch handling = new CountDownLatch(1);
        AtomicBoolean slow = new AtomicBoolean();
        bare.withBean(
                        EventHandlers.class,
                        () -> new Handlers("deposits", event -> {
                            if (!slow.get()) {
                                throw new IllegalStateException("told to fail");
                            }
                            handling.countDown();
                            workFor(Duration.ofSeconds(1));
                        }))
                .withPropertyValues("eventsource.dead-letters.replay.interval=20ms")
                .run(context -> {
                    park(context, 1);
                    slow.set(true);
                    markAll(context);
                    assertThat(handling.await(10, TimeUnit.SECONDS)).isTrue();
                });

        assertThat(database.count(OPEN)).isZero();
    }

    @Test
    void theServerBeingAwayForAWhileEndsNothing() {
        application
                .withPropertyValues("eventsource.dead-letters.replay.interval=20ms")
                .run(context -> {
                    park(context, 1);
                    failing.set(false);
                    database.jdbc().execute("ALTER TABLE eventsource.dead_letter_queue RENAME TO away");
                    await().during(Duration.ofMillis(800)).until(handled::isEmpty);
                    database.jdbc().execute("ALTER TABLE eventsource.away RENAME TO dead_letter_queue");
                    markAll(context);

                    soon().until(() -> handled.size() == 1);
                });
    }

    @Nested
    class Properties {

        @ParameterizedTest
        @CsvSource({"20ms, 0, 2500", "3s, 2900, 9900"})
        void theReplayIntervalIsHowLongADueLetterWaitsAtMost(String interval, long atLeast, long atMost) {
            AtomicInteger rounds = new AtomicInteger();
            application
                    .withPropertyValues("eventsource.dead-letters.replay.interval=" + interval)
                    .run(context -> {
                        park(context, 1);
                        markAll(context);
                        // what fails is written down after the attempt, and would undo a mark in between
                        soon().until(() ->
                                database.count("SELECT replay_count FROM eventsource.dead_letter_queue") == 1);
                        long first = System.nanoTime();
                        markAll(context);
                        soon().until(() -> attempts.get() == 3);

                        assertThat(Duration.ofNanos(System.nanoTime() - first).toMillis())
                                .isBetween(atLeast, atMost);
                        rounds.incrementAndGet();
                    });
            assertThat(rounds).hasValue(1);
        }

        @ParameterizedTest
        @CsvSource({"1, 1900, 9000", "100, 0, 1800"})
        void theReplayLimitIsHowManyAreHandledAtATime(int limit, long atLeast, long atMost) {
            replay(
                    2,
                    atLeast,
                    atMost,
                    "eventsource.dead-letters.replay.interval=2s",
                    "eventsource.dead-letters.replay.limit=" + limit);
        }

        @ParameterizedTest
        @CsvSource({"1, 1500, 9000", "1000, 0, 1400"})
        void perSecondIsHowFastTheyAreHandled(int perSecond, long atLeast, long atMost) {
            // two seconds from the begin of the first to the begin of the last; the first may take its time
            replay(
                    3,
                    atLeast,
                    atMost,
                    "eventsource.dead-letters.replay.interval=50ms",
                    "eventsource.dead-letters.replay.per-second=" + perSecond);
        }

        private void replay(int count, long atLeast, long atMost, String... properties) {
            application.withPropertyValues(properties).run(context -> {
                park(context, count);
                failing.set(false);
                database.jdbc()
                        .update(
                                "UPDATE eventsource.dead_letter_queue SET status = 'retrying', next_attempt_at = now()");
                soon().until(() -> database.count(OPEN) == 0);

                assertThat(between("max(resolved_at)", "min(resolved_at)").toMillis())
                        .isBetween(atLeast, atMost);
            });
        }

        @Test
        void withoutAutomaticRetrySomebodyHasToSayWhenToTryAgain() {
            application
                    .withPropertyValues("eventsource.dead-letters.replay.interval=20ms")
                    .run(context -> {
                        park(context, 1);

                        await().during(Duration.ofMillis(300)).until(() -> attempts.get() == 1);
                        assertThat(
                                        database.count(
                                                "SELECT count(*) FROM eventsource.dead_letter_queue WHERE next_attempt_at IS NULL"))
                                .isOne();
                    });
        }

        @Test
        void automaticRetryEndsAfterMaxReplays() {
            application
                    .withPropertyValues(
                            "eventsource.dead-letters.replay.interval=20ms",
                            "eventsource.dead-letters.automatic-retry.max-retries=2",
                            "eventsource.dead-letters.automatic-retry.delay=20ms")
                    .run(context -> {
                        park(context, 1);

                        soon().until(() -> attempts.get() == 3);
                        await().during(Duration.ofMillis(300)).until(() -> attempts.get() == 3);
                        assertThat(
                                        database.count(
                                                "SELECT replay_count FROM eventsource.dead_letter_queue WHERE next_attempt_at IS NULL"))
                                .isEqualTo(2);
                    });
        }

        @Test
        void itsPausesBeginWithTheFirstDelayGrowByTheMultiplierAndAreBoundedByTheMaxDelay() {
            application
                    .withPropertyValues(
                            "eventsource.dead-letters.replay.interval=20ms",
                            "eventsource.dead-letters.automatic-retry.max-retries=9",
                            "eventsource.dead-letters.automatic-retry.delay=10m",
                            "eventsource.dead-letters.automatic-retry.multiplier=3",
                            "eventsource.dead-letters.automatic-retry.max-delay=40m")
                    .run(context -> {
                        park(context, 1);

                        for (long minutes : List.of(10L, 30L, 40L, 40L)) {
                            int before = attempts.get();
                            assertThat(between("next_attempt_at", "last_failed_at"))
                                    .isCloseTo(Duration.ofMinutes(minutes), Duration.ofSeconds(5));
                            database.jdbc().update("UPDATE eventsource.dead_letter_queue SET next_attempt_at = now()");
                            soon().until(() -> attempts.get() > before
                                    && database.count(
                                                    "SELECT count(*) FROM eventsource.dead_letter_queue WHERE next_attempt_at > now()")
                                            == 1);
                        }
                    });
        }

        @ParameterizedTest
        @CsvSource({"30d, 29, 1", "30d, 31, 0", "20d, 21, 0", "0, 10000, 1"})
        void closedEntriesAreDeletedWhenTheyAreOlderThanTheRetention(String retention, int days, long left) {
            leaveAClosedOne();
            database.jdbc()
                    .update(
                            "UPDATE eventsource.dead_letter_queue SET resolved_at = now() - make_interval(days => ?)",
                            days);

            application
                    .withPropertyValues(
                            "eventsource.dead-letters.replay.interval=20ms",
                            "eventsource.dead-letters.retention=" + retention)
                    .run(context -> {
                        failing.set(true);
                        append(context, 1);
                        soon().until(() -> database.count(OPEN) == 1);
                        failing.set(false);
                        markAll(context);
                        // deleting comes before handling
                        soon().until(() -> database.count(OPEN) == 0);
                        assertThat(database.count("SELECT count(*) FROM eventsource.dead_letter_queue"))
                                .isEqualTo(left + 1);
                    });
        }

        private void leaveAClosedOne() {
            application
                    .withPropertyValues("eventsource.dead-letters.replay.interval=1h")
                    .run(context -> {
                        park(context, 1);
                        DeadLetterRepository letters = context.getBean(DeadLetterRepository.class);
                        letters.list(DeadLetterRepository.Filter.OPEN, 0, 10)
                                .forEach(each -> letters.discard(each.id(), "ann", "a test"));
                    });
        }
    }

    @Nested
    class Retries {

        @ParameterizedTest
        @CsvSource({"0, 1", "2, 3"})
        void maxRetriesIsHowOftenAnEventIsTriedAgainBeforeItIsParked(int maxRetries, int expected) {
            application
                    .withPropertyValues("eventsource.subscriptions.defaults.retry.max-retries=" + maxRetries)
                    .run(context -> {
                        park(context, 1);

                        assertThat(attempts).hasValue(expected);
                        assertThat(database.count("SELECT retry_count FROM eventsource.dead_letter_queue"))
                                .isEqualTo(maxRetries);
                    });
        }

        @ParameterizedTest
        @CsvSource({"1, 0, 1000", "5, 1100, 9000"})
        void theRetryMultiplierIsHowMuchLongerEachPauseIs(int multiplier, long atLeast, long atMost) {
            List<Long> times = new CopyOnWriteArrayList<>();
            bare.withBean(
                            EventHandlers.class,
                            () -> new Handlers("deposits", event -> {
                                times.add(System.nanoTime());
                                throw new IllegalStateException("told to fail");
                            }))
                    .withPropertyValues(
                            "eventsource.subscriptions.defaults.retry.max-retries=2",
                            "eventsource.subscriptions.defaults.retry.delay=300ms",
                            "eventsource.subscriptions.defaults.retry.multiplier=" + multiplier)
                    .run(context -> {
                        park(context, 1);

                        assertThat(TimeUnit.NANOSECONDS.toMillis(times.get(2) - times.get(1)))
                                .isBetween(atLeast, atMost);
                    });
        }

        @Test
        void withoutContinueOnErrorTheSubscriptionStopsAtTheEventUntilItIsResumed() {
            application
                    .withPropertyValues("eventsource.subscriptions.defaults.dead-letter.enabled=false")
                    .run(context -> {
                        SubscriptionManager manager = context.getBean(SubscriptionManager.class);
                        append(context, 1);
                        soon().until(() ->
                                manager.status("deposits").orElseThrow().state() == SubscriptionStatus.State.HALTED);
                        assertThat(database.count(OPEN)).isZero();

                        failing.set(false);
                        manager.resume("deposits");

                        soon().until(() -> handled.size() == 1);
                    });
        }

        @Test
        void theCircuitBreakerOpensAfterItsThresholdForItsTimeWhichDoublesUpToItsBound() {
            List<Long> times = new CopyOnWriteArrayList<>();
            bare.withBean(
                            EventHandlers.class,
                            () -> new Handlers("deposits", event -> {
                                times.add(System.nanoTime());
                                throw new DataAccessResourceFailureException("told to be away");
                            }))
                    .withPropertyValues(
                            "eventsource.subscriptions.defaults.retry.delay=1ms",
                            "eventsource.subscriptions.defaults.retry.multiplier=1",
                            "eventsource.subscriptions.defaults.circuit-breaker.failure-threshold=3",
                            "eventsource.subscriptions.defaults.circuit-breaker.open-for=1500ms",
                            "eventsource.subscriptions.defaults.circuit-breaker.max-open-for=2s")
                    .run(context -> {
                        append(context, 1);
                        soon().until(() -> times.size() >= 5);

                        assertThat(pause(times, 1)).isLessThan(Duration.ofMillis(1_400));
                        assertThat(pause(times, 2)).isLessThan(Duration.ofMillis(1_400));
                        assertThat(pause(times, 3)).isBetween(Duration.ofMillis(1_500), Duration.ofMillis(2_900));
                        assertThat(pause(times, 4)).isBetween(Duration.ofMillis(2_000), Duration.ofMillis(2_900));
                    });
        }

        private static Duration pause(List<Long> times, int before) {
            return Duration.ofNanos(times.get(before) - times.get(before - 1));
        }

        @ParameterizedTest
        @CsvSource({"by-aggregate, 1, 1", "none, 0, 2"})
        void theDeadLetterOrderSaysWhatHappensToLaterEventsOfTheAggregate(String order, long waiting, int tried) {
            UUID account = UUID.randomUUID();
            application
                    .withPropertyValues("eventsource.subscriptions.defaults.dead-letter.order=" + order)
                    .run(context -> {
                        EventStore store = context.getBean(EventStore.class);
                        store.append(StreamAppend.to("Account", account, new Deposited(1)));
                        soon().until(() -> database.count(OPEN) == 1);
                        failing.set(false);
                        store.append(StreamAppend.to("Account", account, new Deposited(2)));
                        assertThat(context.getBean(SubscriptionManager.class)
                                        .awaitCurrent("deposits", Duration.ofSeconds(10)))
                                .isTrue();

                        assertThat(attempts).hasValue(tried);
                        assertThat(context.getBean(DeadLetterRepository.class)
                                        .list(
                                                DeadLetterRepository.Filter.ALL.withStatuses(DeadLetter.Status.WAITING),
                                                0,
                                                10))
                                .hasSize((int) waiting);
                    });
        }

        @Test
        void theProjectionsOwnRetriesGoBeforeThoseOfAllAndThoseByNameBeforeItsOwn() {
            assertThat(attemptsOfThrice()).isEqualTo(4);
            assertThat(attemptsOfThrice("eventsource.subscriptions.named.thrice.batch.size=7"))
                    .isEqualTo(4);
            assertThat(attemptsOfThrice("eventsource.subscriptions.named.thrice.retry.max-retries=1"))
                    .isEqualTo(2);
        }

        private int attemptsOfThrice(String... properties) {
            Thrice thrice = new Thrice();
            bare.withBean(Thrice.class, () -> thrice)
                    .withPropertyValues("eventsource.subscriptions.defaults.retry.multiplier=1")
                    .withPropertyValues(properties)
                    .run(context -> {
                        long open = database.count(OPEN);
                        append(context, 1);
                        soon().until(() -> database.count(OPEN) > open);
                    });
            return thrice.times.size();
        }

        @Test
        void theProjectionsOwnRetryDelayHoldsUnlessThereIsOneByName() {
            assertThat(firstPauseOfThrice()).isGreaterThanOrEqualTo(Duration.ofMillis(800));
            assertThat(firstPauseOfThrice("eventsource.subscriptions.named.thrice.retry.delay=1ms"))
                    .isLessThan(Duration.ofMillis(800));
        }

        private Duration firstPauseOfThrice(String... properties) {
            Thrice thrice = new Thrice();
            bare.withBean(Thrice.class, () -> thrice)
                    .withPropertyValues("eventsource.subscriptions.defaults.retry.multiplier=1")
                    .withPropertyValues(properties)
                    .run(context -> {
                        append(context, 1);
                        soon().until(() -> thrice.times.size() >= 2);
                    });
            return Duration.ofNanos(thrice.times.get(1) - thrice.times.get(0));
        }
    }

    @Projection(value = "thrice", maxRetries = 3, retryDelay = "800ms")
    static final class Thrice {

        private final List<Long> times = new CopyOnWriteArrayList<>();

        @EventHandler
        void on(Deposited deposited) {
            times.add(System.nanoTime());
            throw new IllegalStateException("told to fail");
        }
    }

    @Projection("resettable")
    static final class Resettable {

        private final List<String> calls = new CopyOnWriteArrayList<>();

        @EventHandler
        void on(Deposited deposited) {
            calls.add("handled");
        }

        @ResetHandler
        void reset() {
            calls.add("reset");
        }
    }

    @Test
    void aProjectionIsRebuiltByItsResetHandlerThroughWhatSurroundsHandlers() {
        Resettable resettable = new Resettable();
        bare.withBean(Resettable.class, () -> resettable).run(context -> {
            append(context, 1);
            soon().until(() -> resettable.calls.size() == 1);

            context.getBean(SubscriptionManager.class).rebuild("resettable");

            soon().untilAsserted(() -> assertThat(resettable.calls).containsExactly("handled", "reset", "handled"));
        });
    }

    @Nested
    class InHealth {

        private Health health(BeanFactory context) {
            return Indicators.health(context, "eventsourceDeadLetters");
        }

        @Test
        void theQueueIsUpBelowTheThresholdThenDegradedThenDownAndUpAgain() {
            application
                    .withPropertyValues(
                            "eventsource.health.dead-letters.degraded=2", "eventsource.health.dead-letters.down=3")
                    .run(context -> {
                        assertHealth(context, "UP", 0);
                        park(context, 1);
                        assertHealth(context, "UP", 1);
                        append(context, 1);
                        soon().until(() -> database.count(OPEN) == 2);
                        assertHealth(context, "DEGRADED", 2);
                        assertThat(health(context).getDetails())
                                .containsEntry(
                                        "reason", "events could not be handled and wait in the dead-letter queue")
                                .containsKey("oldestFailure");
                        append(context, 1);
                        soon().until(() -> database.count(OPEN) == 3);
                        assertHealth(context, "DOWN", 3);

                        failing.set(false);
                        context.getBean(DeadLetterReplay.class).replay(DeadLetterRepository.Filter.OPEN, 10);

                        assertHealth(context, "UP", 0);
                        assertThat(health(context).getDetails()).doesNotContainKeys("reason", "oldestFailure");
                    });
        }

        private void assertHealth(BeanFactory context, String status, long open) {
            assertThat(health(context).getStatus().getCode()).isEqualTo(status);
            assertThat(health(context).getDetails()).containsEntry("open", open).containsEntry("failed", open);
        }

        @Test
        void theQueueIsNeverDownWithADownThresholdOf0AndDoesNotTouchTheHealthOfTheStore() {
            application
                    .withPropertyValues(
                            "eventsource.health.dead-letters.degraded=1", "eventsource.health.dead-letters.down=0")
                    .run(context -> {
                        park(context, 3);
                        assertHealth(context, "DEGRADED", 3);
                        soon().untilAsserted(() -> assertThat(Indicators.health(context, "eventsource")
                                        .getStatus()
                                        .getCode())
                                .isEqualTo("UP"));
                    });
        }

        @Test
        void theQueueIsDownWhenItCannotBeRead() {
            application.run(context -> {
                database.jdbc().execute("DROP TABLE eventsource.dead_letter_queue CASCADE");
                assertThat(health(context).getStatus().getCode()).isEqualTo("DOWN");
            });
        }

        @Test
        void itIsAbsentWhenItIsSwitchedOff() {
            application
                    .withPropertyValues("management.health.eventsource-dead-letters.enabled=false")
                    .run(context -> assertThat(context)
                            .hasNotFailed()
                            .doesNotHaveBean("eventsourceDeadLettersHealthIndicator"));
        }
    }
}
