package io.eventsource.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.deadletter.DeadLetterReplay.AutomaticRetry;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Entries that are handled again by themselves, or because they were marked. */
@OnEachPostgres
class DeadLetterRetryIT extends ReplayFixture {

    DeadLetterRetryIT(TestDatabase database) {
        super(database);
    }

    @Test
    void one_that_is_marked_is_due_and_handled() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = poisoned(fixture);
        fixture.mend();
        DeadLetterReplay replay = fixture.replay();
        assertThat(replay.replayDue(100).resolved()).isZero();

        assertThat(fixture.letters.markRetrying(fixture.letters().get(0).id())).isTrue();
        assertThat(fixture.letters.markRetrying(
                        fixture.letters(DeadLetter.Status.WAITING).get(0).id()))
                .as("one that waits has to go on waiting")
                .isFalse();

        assertThat(replay.replayDue(100).resolved()).isEqualTo(4);
        assertThat(fixture.effects(account)).hasSize(5);
    }

    @Test
    void one_that_is_marked_while_it_fails_again_stays_marked() throws Exception {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = poisoned(fixture);
        long id = fixture.letters().get(0).id();
        ExecutorService operator = Executors.newSingleThreadExecutor();
        List<Future<Boolean>> marks = new ArrayList<>();
        fixture.handlers.before = event -> {
            marks.add(operator.submit(() -> fixture.letters.markRetrying(id)));
            await().until(this::somebodyWaits);
            throw new IllegalStateException("once more");
        };

        assertThat(fixture.replay().replay(id).failed()).isEqualTo(1);

        assertThat(marks.get(0).get()).isTrue();
        operator.shutdown();
        assertThat(fixture.letters.find(id).orElseThrow().attempts().replays()).isEqualTo(1);
        fixture.mend();
        assertThat(fixture.replay().replayDue(100).resolved()).isEqualTo(4);
        assertThat(fixture.effects(account)).hasSize(5);
    }

    private boolean somebodyWaits() {
        return Boolean.TRUE.equals(database.jdbc()
                .queryForObject(
                        """
                SELECT EXISTS (SELECT FROM pg_stat_activity
                 WHERE datname = current_database() AND wait_event_type = 'Lock')""",
                        Boolean.class));
    }

    @Test
    void when_it_is_to_stop_it_ends_after_the_entry_that_it_is_at() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = poisoned(fixture);
        DeadLetterReplay replay = fixture.replay();
        fixture.handlers.before = event -> replay.stop();

        DeadLetterReplay.Result result = replay.replay(fixture.all(), 100);

        assertThat(result.resolved()).isEqualTo(1);
        assertThat(result.stoppedBy()).isInstanceOf(CancellationException.class);
        assertThat(fixture.effects(account)).containsExactly(1L, 2L);
        assertThat(replay.replay(fixture.all(), 100).resolved()).isZero();
        assertThat(fixture.replay().replay(fixture.all(), 100).resolved())
                .as("another process goes on")
                .isEqualTo(3);
    }

    @Test
    void retried_by_itself_it_is_due_again_after_growing_pauses_as_often_as_allowed() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = poisoned(fixture);
        DeadLetterReplay replay = fixture.replay(new DeadLetterReplay.Settings(
                100_000, new AutomaticRetry(3, Duration.ofMinutes(1), 2, Duration.ofMinutes(3))));
        List<Long> pauses = new ArrayList<>();

        for (int i = 0; i < 4; i++) {
            assertThat(replay.replay(fixture.all().withStatuses(DeadLetter.Status.FAILED), 100)
                            .failed())
                    .isEqualTo(1);
            DeadLetter letter = fixture.letters(DeadLetter.Status.FAILED).get(0);
            pauses.add(
                    letter.attempts().nextAt() == null
                            ? -1
                            : Math.round(Duration.between(
                                                    letter.attempts().lastFailedAt(),
                                                    letter.attempts().nextAt())
                                            .toMillis()
                                    / 1_000.0));
        }

        assertThat(pauses)
                .as("the first pause, of a minute, comes after parking")
                .containsExactly(120L, 180L, -1L, -1L);
        assertThat(replay.replayDue(100).failed()).as("none is due yet").isZero();
        database.jdbc()
                .update(
                        "UPDATE eventsource.dead_letter_queue SET next_attempt_at = now() WHERE projection_name = ? AND status = 'failed'",
                        fixture.projection);
        fixture.mend();
        assertThat(replay.replayDue(100).resolved()).isEqualTo(4);
        assertThat(fixture.effects(account)).hasSize(5);
    }
}
