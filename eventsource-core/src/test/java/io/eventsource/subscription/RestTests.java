package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RestTests {

    private static final Duration LINGER = Duration.ofMillis(5);

    private static long millis(long count) {
        return TimeUnit.MILLISECONDS.toNanos(count);
    }

    private static Rest after(long batchMillis, boolean backlog) {
        Rest rest = new Rest(LINGER, 0);
        rest.handled(millis(100), millis(100 + batchMillis), backlog);
        return rest;
    }

    @Test
    void an_event_after_a_pause_is_handled_at_once() {
        assertThat(new Rest(LINGER, 0).nanos(20, 0)).isZero();
        assertThat(after(1, false).nanos(20, millis(1_000))).isNegative();
    }

    @Test
    void one_runner_begins_a_batch_every_linger() {
        assertThat(after(1, false).nanos(1, millis(101))).isEqualTo(millis(4));
        assertThat(after(1, false).nanos(1, millis(104))).isEqualTo(millis(1));
        assertThat(after(7, false).nanos(1, millis(107))).isNotPositive();
    }

    @Test
    void many_rest_three_times_as_long_as_the_others_work() {
        assertThat(after(1, false).nanos(11, millis(101))).isEqualTo(millis(30));
        assertThat(after(2, false).nanos(11, millis(103))).isEqualTo(millis(59));
        assertThat(after(1, false).nanos(2, millis(101)))
                .as("not less than one")
                .isEqualTo(millis(4));
    }

    @Test
    void nobody_rests_longer_than_twenty_times_the_linger() {
        assertThat(after(50, false).nanos(100, millis(150))).isEqualTo(millis(100));
    }

    @Test
    void with_a_backlog_or_without_linger_nobody_rests() {
        assertThat(after(50, true).nanos(100, millis(150))).isZero();
        Rest eager = new Rest(Duration.ZERO, 0);
        eager.handled(0, millis(50), false);
        assertThat(eager.nanos(100, millis(50))).isZero();
    }
}
