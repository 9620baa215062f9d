package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.deadletter.DeadLetter;
import io.eventsource.deadletter.DeadLetter.ParkingOrder;
import io.eventsource.deadletter.DeadLetterReplay.AutomaticRetry;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.error.ErrorInfo;
import io.eventsource.error.ErrorInfo.ErrorReaction;
import io.eventsource.error.ErrorListeners;
import io.eventsource.error.ErrorListeners.Statistics.Figures;
import io.eventsource.log.HighWaterMark;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.CannotGetJdbcConnectionException;

/** What each setting for errors does, and who hears of errors, through the manager that an application has. */
@OnEachPostgres
class ErrorOptionsIT extends ParkingSubscriptionFixture {

    private static final Duration SHORTEST = Duration.ofMillis(1);

    private final List<ErrorInfo> heard = new CopyOnWriteArrayList<>();
    private final List<Long> attemptedAt = new CopyOnWriteArrayList<>();
    private final AtomicBoolean away = new AtomicBoolean(true);

    ErrorOptionsIT(TestDatabase database) {
        super(database);
    }

    private static UnaryOperator<SubscriptionSettings.Builder> retrying(int maxRetries, boolean parking) {
        return settings -> settings.retry(new SubscriptionSettings.Retry(maxRetries, SHORTEST, 1, SHORTEST))
                .deadLetter(new SubscriptionSettings.DeadLetter(parking, ParkingOrder.BY_AGGREGATE));
    }

    private SubscriptionManager listening(UnaryOperator<SubscriptionSettings.Builder> errors) {
        SubscriptionManager manager = manager(failing(errors), handlers);
        manager.errors().onError(heard::add);
        return manager;
    }

    /** An error that is worth another attempt. */
    private void failing() {
        handlers.poisonedBy(event -> {
            attemptedAt.add(System.nanoTime());
            throw new IllegalStateException("fails for now");
        });
    }

    private DeadLetter only() {
        List<DeadLetter> found = letters.list(own, 0, 10);
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void max_retries_is_how_often_an_event_is_tried_again_before_it_is_parked(int maxRetries) {
        failing();
        SubscriptionManager manager = listening(retrying(maxRetries, true));
        manager.start();
        long position = deposit(UUID.randomUUID(), 1);

        awaitPassed(manager);

        assertThat(handlers.attempts()).hasSize(maxRetries + 1).containsOnly(position);
        assertThat(only().attempts().retries()).isEqualTo(maxRetries);
        assertThat(heard)
                .extracting(ErrorInfo::retryCount)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(0, maxRetries).boxed().toList());
        assertThat(heard.get(maxRetries).reaction()).isEqualTo(new ErrorReaction.Park());
    }

    @Test
    void pauses_begin_with_retry_delay_and_grow_by_the_multiplier_up_to_max_retry_delay() {
        failing();
        SubscriptionManager manager = listening(settings ->
                settings.retry(new SubscriptionSettings.Retry(4, Duration.ofMillis(40), 3, Duration.ofMillis(200))));
        manager.start();
        deposit(UUID.randomUUID(), 1);

        awaitPassed(manager);

        long[] bases = {40, 120, 200, 200};
        assertThat(attemptedAt).hasSize(5);
        for (int i = 0; i < bases.length; i++) {
            long pause = ((ErrorReaction.Retry) heard.get(i).reaction()).pause().toMillis();
            assertThat(pause).isBetween(bases[i] * 3 / 4 - 1, bases[i] * 5 / 4 + 1);
            assertThat((attemptedAt.get(i + 1) - attemptedAt.get(i)) / 1_000_000)
                    .as("pause %d", i)
                    .isGreaterThanOrEqualTo(pause);
        }
    }

    @Test
    void without_continue_on_error_it_stops_at_the_event_for_all_to_see_and_goes_on_when_it_is_resumed() {
        UUID account = UUID.randomUUID();
        long first = deposit(account, 1);
        long poison = deposit(account, 1);
        deposit(UUID.randomUUID(), 1);
        handlers.poisonedAt(Set.of(poison));
        SubscriptionManager manager = listening(retrying(2, false));
        manager.start();

        eventually().until(() -> statusOf(manager, name).state() == SubscriptionStatus.State.HALTED);

        SubscriptionStatus status = statusOf(manager, name);
        assertThat(status.firstFailure()).isInstanceOf(PoisonException.class);
        assertThat(status.lag()).isPositive();
        assertThat(status.fault()).isNotNull();
        assertThat(heard.get(heard.size() - 1).reaction()).isEqualTo(new ErrorReaction.Stop());
        assertThat(checkpoint()).isEqualTo(first);
        assertThat(effects.everParked()).isZero();
        manager.resume(name);
        eventually().until(() -> heard.size() > 2);
        eventually().until(() -> statusOf(manager, name).state() == SubscriptionStatus.State.HALTED);
        assertThat(checkpoint()).as("what is not mended stops it again").isEqualTo(first);

        handlers.mend();
        manager.resume(name);

        awaitPassed(manager);
        assertAllHandledOnce();
        assertThat(statusOf(manager, name).fault()).isNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void dead_letter_order_says_whether_later_events_of_the_aggregate_wait(boolean ordered) {
        UUID account = UUID.randomUUID();
        long poison = deposit(account, 1);
        long behind = deposit(account, 2);
        handlers.poisonedAt(Set.of(poison));
        SubscriptionSettings quick = quick(10);
        SubscriptionManager manager = manager(
                new Tuning(
                        quick.toBuilder()
                                .batchSize(10)
                                .deadLetter(new SubscriptionSettings.DeadLetter(
                                        true, ordered ? ParkingOrder.BY_AGGREGATE : ParkingOrder.NONE))
                                .segments(new SubscriptionSettings.Segments(1, 1))
                                .build(),
                        SHORT),
                handlers);
        manager.start();

        awaitPassed(manager);

        assertThat(effects.open()).isEqualTo(ordered ? 3 : 1);
        assertThat(effects.positions()).isEqualTo(ordered ? List.of() : List.of(behind - 1, behind));
        handlers.mend();
        assertThat(replay().replay(own, MANY).resolved()).isEqualTo(ordered ? 3 : 1);
        assertThat(effects.positions()).isEqualTo(allDeposits());
    }

    private SubscriptionManager withBreaker(SubscriptionSettings.CircuitBreaker breaker) {
        handlers.poisonedBy(event -> {
            attemptedAt.add(System.nanoTime());
            if (away.get()) {
                throw new CannotGetJdbcConnectionException("away");
            }
        });
        SubscriptionManager manager =
                listening(settings -> retrying(0, true).apply(settings).circuitBreaker(breaker));
        manager.start();
        deposit(UUID.randomUUID(), 1);
        return manager;
    }

    private boolean everOpen() {
        return states.stream().anyMatch(each -> each.startsWith(name) && each.endsWith("-> CIRCUIT_OPEN"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void the_circuit_breaker_opens_after_as_many_failures_as_its_threshold_and_nothing_is_tried_while_it_is_open(
            int threshold) throws Exception {
        SubscriptionManager manager =
                withBreaker(new SubscriptionSettings.CircuitBreaker(true, threshold, LONG, LONG, 10));

        eventually().until(() -> statusOf(manager, name).state() == SubscriptionStatus.State.CIRCUIT_OPEN);

        deposit(UUID.randomUUID(), 1);
        boolean passed = manager.awaitPosition(name, base + 1, Duration.ofMillis(300));
        assertThat(passed).isFalse();
        assertThat(handlers.attempts()).hasSize(threshold);
        assertThat(statusOf(manager, name).state()).isEqualTo(SubscriptionStatus.State.CIRCUIT_OPEN);
        assertThat(statusOf(manager, name).fault()).isNotNull();
        assertThat(heard).extracting(ErrorInfo::category).containsOnly(ErrorClassification.Category.INFRASTRUCTURE);
        assertThat(effects.everParked()).isZero();
    }

    @Test
    void the_circuit_breaker_lets_a_probe_through_after_open_for_and_twice_that_up_to_the_longest() {
        SubscriptionManager manager = withBreaker(
                new SubscriptionSettings.CircuitBreaker(true, 2, Duration.ofMillis(100), Duration.ofMillis(300), 10));

        eventually().until(() -> attemptedAt.size() >= 6);
        away.set(false);
        awaitPassed(manager);

        List<Long> pauses = new ArrayList<>();
        for (int i = 1; i < 6; i++) {
            pauses.add((attemptedAt.get(i) - attemptedAt.get(i - 1)) / 1_000_000);
        }
        assertThat(pauses.get(1)).isGreaterThanOrEqualTo(100);
        assertThat(pauses.get(2)).isGreaterThanOrEqualTo(200);
        assertThat(pauses.get(3)).isGreaterThanOrEqualTo(300);
        assertThat(pauses.get(4)).isGreaterThanOrEqualTo(300);
        assertThat(((ErrorReaction.AwaitRecovery) heard.get(5).reaction()).pause())
                .isLessThan(Duration.ofMillis(310));
        assertAllHandledOnce();
        assertThat(effects.everParked()).isZero();
    }

    @Test
    void without_the_circuit_breaker_it_tries_on_and_parks_nothing() {
        SubscriptionManager manager = withBreaker(new SubscriptionSettings.CircuitBreaker(false, 1, LONG, LONG, 10));

        eventually().until(() -> handlers.attempts().size() > 10);
        assertThat(everOpen()).isFalse();
        away.set(false);

        awaitPassed(manager);
        assertAllHandledOnce();
        assertThat(effects.everParked()).isZero();
    }

    @Test
    void a_statement_that_fails_leaves_the_next_attempt_a_transaction_of_its_own() {
        handlers.poisonedBy(event -> {
            if (handlers.attempts().size() < 3) {
                jdbc.execute("DO $$ BEGIN RAISE EXCEPTION 'try again' USING ERRCODE = '40001'; END $$");
            }
        });
        SubscriptionManager manager = listening(retrying(5, true));
        manager.start();
        deposit(UUID.randomUUID(), 1);

        awaitPassed(manager);

        assertThat(handlers.attempts()).hasSize(3);
        assertThat(heard).extracting(ErrorInfo::category).containsOnly(ErrorClassification.Category.TRANSIENT);
        assertAllHandledOnce();
        assertThat(effects.everParked()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "LOW, LOW MEDIUM HIGH CRITICAL",
        "MEDIUM, MEDIUM HIGH CRITICAL",
        "HIGH, HIGH CRITICAL",
        "CRITICAL, CRITICAL"
    })
    void a_listener_hears_of_its_severity_and_above_however_that_is_spelled(
            ErrorClassification.Severity minimum, String expected) {
        List<ErrorClassification.Severity> told = new CopyOnWriteArrayList<>();
        SubscriptionManager manager = manager(failing(retrying(0, true)), handlers);
        manager.errors().onErrorSeverity(minimum, error -> told.add(error.severity()));
        manager.start();
        for (ErrorClassification.Severity severity : ErrorClassification.Severity.values()) {
            handlers.poisonedBy(event -> {
                throw new PoisonException(event.position(), severity);
            });
            deposit(UUID.randomUUID(), 1);
            awaitPassed(manager);
        }

        assertThat(told).extracting(ErrorClassification.Severity::name).containsExactly(expected.split(" "));
    }

    @Test
    void errors_and_dead_letters_are_counted_by_category_and_severity() {
        failing();
        SubscriptionManager manager = listening(retrying(2, true));
        manager.start();
        UUID account = UUID.randomUUID();
        deposit(account, 1);
        awaitPassed(manager);
        deposit(account, 1);
        awaitPassed(manager);

        Figures figures = Objects.requireNonNull(
                manager.errors().statistics().bySubscription().get(name));

        assertThat(figures.errors()).isEqualTo(3);
        assertThat(figures.deadLetters()).as("the one behind it too").isEqualTo(2);
        assertThat(figures.byCategory()).containsEntry(heard.get(0).category(), 3L);
        assertThat(figures.bySeverity()).containsEntry(heard.get(0).severity(), 3L);
        assertThat(manager.errors().statistics().total()).isEqualTo(figures);
        assertThat(statusOf(manager, name).failedAttempts()).isEqualTo(3);
    }

    private SubscriptionManager handling(ErrorHandling errors) {
        SubscriptionManager manager = SubscriptionManager.builder(
                        TestDatabase.events(database.dataSource()),
                        HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC()),
                        signal)
                .settings(InstanceSettings.defaults().withPollInterval(SHORT))
                .errors(errors)
                .build(List.of(new SubscriptionDefinition(
                        handlers,
                        retrying(3, true).apply(quick(10).toBuilder()).build(),
                        database.transactionManager())));
        managers.add(manager);
        manager.start();
        return manager;
    }

    @Test
    void the_classifier_of_the_application_decides_and_its_listeners_hear_from_the_beginning() {
        failing();
        ErrorClassifier classifier = ErrorClassifier.standard()
                .with(
                        IllegalStateException.class,
                        new ErrorClassification(
                                ErrorClassification.Category.PERMANENT, ErrorClassification.Severity.CRITICAL));
        SubscriptionManager manager =
                handling(new ErrorHandling(classifier, new ErrorListeners(List.of(heard::add)), AutomaticRetry.OFF));
        deposit(UUID.randomUUID(), 1);

        awaitPassed(manager);

        assertThat(handlers.attempts()).hasSize(1);
        assertThat(heard).extracting(ErrorInfo::severity).containsExactly(ErrorClassification.Severity.CRITICAL);
        assertThat(only().attempts().nextAt()).isNull();
    }

    @Test
    void with_automatic_retry_what_is_parked_becomes_due_by_itself() {
        failing();
        SubscriptionManager manager = handling(new ErrorHandling(
                ErrorClassifier.standard(),
                new ErrorListeners(List.of()),
                new AutomaticRetry(3, Duration.ofMillis(200), 2, Duration.ofSeconds(1))));
        deposit(UUID.randomUUID(), 1);
        awaitPassed(manager);
        assertThat(only().status()).isEqualTo(DeadLetter.Status.FAILED);
        assertThat(only().attempts().nextAt()).isNotNull();

        handlers.mend();
        eventually().until(() -> replay().replayDue(10).resolved() == 1);

        assertAllHandledOnce();
    }
}
