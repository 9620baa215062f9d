package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.deadletter.DeadLetter;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterReplay.AutomaticRetry;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What holds for batches holds for dead letters that are handled again. */
@OnEachPostgres
class ReplayBoundsIT extends SubscriptionFixture {

    private final DeadLetterRepository letters;

    ReplayBoundsIT(TestDatabase database) {
        super(database);
        this.letters = DeadLetterRepository.postgres(database.dataSource(), TestDatabase.SCHEMA);
    }

    private SubscriptionManager impatient(RecordingHandlers handlers) {
        SubscriptionSettings settings = quick(1).toBuilder()
                .retry(new SubscriptionSettings.Retry(0, Duration.ofMillis(5), 2, Duration.ofMillis(50)))
                .processingTimeout(Duration.ofMillis(300))
                .build();
        return manager(new Tuning(settings, LONG), handlers);
    }

    private DeadLetterReplay replay(SubscriptionManager manager) {
        return new DeadLetterReplay(
                manager.replayTargets(),
                TestDatabase.events(database.dataSource()),
                ErrorClassifier.standard(),
                new DeadLetterReplay.Settings(100_000, AutomaticRetry.OFF));
    }

    private DeadLetter parked(SubscriptionManager manager, RecordingHandlers handlers) {
        handlers.then(event -> {
            throw new IllegalStateException("told to fail");
        });
        long position = deposit(1).get(0);
        manager.start();
        awaitLive(manager, name, position);
        return letter();
    }

    private DeadLetter letter() {
        List<DeadLetter> found = letters.list(DeadLetterRepository.Filter.ALL.withProjection(name), 0, 10);
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    @Test
    void a_statement_that_takes_too_long_is_cancelled_and_counts_as_a_failure() {
        RecordingHandlers handlers = handlers();
        SubscriptionManager manager = impatient(handlers);
        DeadLetter letter = parked(manager, handlers);
        handlers.then(event -> jdbc.execute("SELECT pg_sleep(600)"));

        DeadLetterReplay.Result result = replay(manager).replay(letter.id());

        assertThat(result.failed()).isEqualTo(1);
        DeadLetter failed = letter();
        assertThat(failed.status()).isEqualTo(DeadLetter.Status.FAILED);
        assertThat(failed.attempts().replays()).isEqualTo(1);
        assertThat(failed.failure()).isNotNull().satisfies(failure -> {
            assertThat(failure.errorType()).isEqualTo(ProcessingTimeoutException.class.getName());
            assertThat(failure.category()).isEqualTo(ErrorClassification.Category.TRANSIENT);
            assertThat(failure.severity()).isEqualTo(ErrorClassification.Severity.HIGH);
        });
        assertThat(handlers.effects()).isEmpty();
    }

    @Test
    void a_handler_that_waits_too_long_is_interrupted_also_when_the_subscriptions_are_stopped() {
        RecordingHandlers handlers = handlers();
        SubscriptionManager manager = impatient(handlers);
        DeadLetter letter = parked(manager, handlers);
        assertThat(manager.stop(STOP_WITHIN)).isTrue();
        handlers.then(event -> new CountDownLatch(1).await());

        DeadLetterReplay.Result result = replay(manager).replay(letter.id());

        assertThat(result.failed()).isEqualTo(1);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        // the thread of the timer has nothing to wait for any more
        eventually().until(() -> threads.stream().noneMatch(Thread::isAlive));
    }

    @Test
    void the_server_ends_a_replay_whose_client_is_silent_for_the_time_of_a_lease() {
        RecordingHandlers handlers = handlers();
        SubscriptionManager manager = impatient(handlers);
        DeadLetter letter = parked(manager, handlers);
        AtomicReference<String> silence = new AtomicReference<>();
        handlers.then(event -> silence.set(
                jdbc.queryForObject("SELECT current_setting('idle_in_transaction_session_timeout')", String.class)));

        assertThat(replay(manager).replay(letter.id()).resolved()).isEqualTo(1);

        assertThat(silence).hasValue("30s");
        assertThat(jdbc.queryForObject("SELECT current_setting('idle_in_transaction_session_timeout')", String.class))
                .isEqualTo("0");
    }

    @Test
    void what_is_due_can_be_handled_for_some_projections_alone() {
        RecordingHandlers handlers = handlers();
        SubscriptionManager manager = impatient(handlers);
        DeadLetter letter = parked(manager, handlers);
        handlers.then(event -> {});
        letters.markRetrying(letter.id());

        DeadLetterReplay.Result others = replay(manager).replayDue(Set.of("somebody else's"), 10);
        assertThat(others.resolved()).isZero();
        assertThat(others.unknownProjections()).isEmpty();
        assertThat(letter().status()).isEqualTo(DeadLetter.Status.RETRYING);

        assertThat(replay(manager).replayDue(Set.of(name), 10).resolved()).isEqualTo(1);
        assertThat(handlers.effects()).containsExactly(letter.event().position());
    }
}
