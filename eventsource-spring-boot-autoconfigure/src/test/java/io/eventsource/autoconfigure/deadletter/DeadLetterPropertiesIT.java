package io.eventsource.autoconfigure.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.deadletter.DeadLetterRepository;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each property of replaying and keeping dead letters does. */
class DeadLetterPropertiesIT extends DeadLettersFixture {

    private Duration between(String later, String earlier) {
        return Duration.ofMillis(
                database.count("SELECT (extract(epoch FROM %s - %s) * 1000)::bigint FROM eventsource.dead_letter_queue"
                        .formatted(later, earlier)));
    }

    @ParameterizedTest
    @CsvSource({"20ms, 0, 2500", "3s, 2900, 9900"})
    void the_replay_interval_is_how_long_a_due_letter_waits_at_most(String interval, long atLeast, long atMost) {
        AtomicInteger rounds = new AtomicInteger();
        application
                .withPropertyValues("eventsource.dead-letters.replay.interval=" + interval)
                .run(context -> {
                    park(context, 1);
                    markAll(context);
                    // what fails is written down after the attempt, and would undo a mark in between
                    soon().until(() -> database.count("SELECT replay_count FROM eventsource.dead_letter_queue") == 1);
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
    void the_replay_limit_is_how_many_are_handled_at_a_time(int limit, long atLeast, long atMost) {
        replay(
                2,
                atLeast,
                atMost,
                "eventsource.dead-letters.replay.interval=2s",
                "eventsource.dead-letters.replay.limit=" + limit);
    }

    @ParameterizedTest
    @CsvSource({"1, 1500, 9000", "1000, 0, 1400"})
    void per_second_is_how_fast_they_are_handled(int perSecond, long atLeast, long atMost) {
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
                    .update("UPDATE eventsource.dead_letter_queue SET status = 'retrying', next_attempt_at = now()");
            soon().until(() -> database.count(OPEN) == 0);

            assertThat(between("max(resolved_at)", "min(resolved_at)").toMillis())
                    .isBetween(atLeast, atMost);
        });
    }

    @Test
    void without_automatic_retry_somebody_has_to_say_when_to_try_again() {
        application
                .withPropertyValues("eventsource.dead-letters.replay.interval=20ms")
                .run(context -> {
                    park(context, 1);

                    await().during(Duration.ofMillis(300)).until(() -> attempts.get() == 1);
                    assertThat(database.count(
                                    "SELECT count(*) FROM eventsource.dead_letter_queue WHERE next_attempt_at IS NULL"))
                            .isOne();
                });
    }

    @Test
    void automatic_retry_ends_after_max_replays() {
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
    void pauses_begin_with_the_first_delay_and_grow_up_to_the_max_delay() {
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
    void closed_entries_are_deleted_when_they_are_older_than_the_retention(String retention, int days, long left) {
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
