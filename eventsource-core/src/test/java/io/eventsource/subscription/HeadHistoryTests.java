package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class HeadHistoryTests {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final HeadHistory history = new HeadHistory();

    private void found(long head, long second) {
        history.found(head, START.plusSeconds(second));
    }

    @Test
    void what_the_head_has_passed_has_waited_since_it_was_passed() {
        found(10, 0);
        found(20, 100);
        found(20, 200);
        found(30, 300);

        assertThat(history.beyond(5)).isEqualTo(START);
        assertThat(history.beyond(10)).isEqualTo(START.plusSeconds(100));
        assertThat(history.beyond(19)).isEqualTo(START.plusSeconds(100));
        assertThat(history.beyond(20)).isEqualTo(START.plusSeconds(300));
        assertThat(history.beyond(30)).isNull();
    }

    @Test
    void a_log_that_has_gone_backwards_begins_anew() {
        found(10, 0);
        found(20, 100);
        found(5, 200);

        assertThat(history.beyond(3)).isEqualTo(START.plusSeconds(200));
        assertThat(history.beyond(5)).isNull();
    }

    @Test
    void nothing_seems_to_have_waited_for_less_than_it_has_and_nothing_much_longer_however_often_the_head_moves() {
        long days = 30 * 24 * 3_600L;
        for (long second = 0; second < days; second += 7) {
            found(second + 1, second);
        }
        for (long second = 0; second < days - 7; second += 70_001) {
            // the head passed this position at this second
            Instant truly = START.plusSeconds(second - second % 7);
            Instant said = history.beyond(second - second % 7);
            assertThat(said).isNotNull().isBeforeOrEqualTo(truly);
        }
        long recent = (days - 1) / 7 * 7;
        assertThat(history.beyond(recent)).isEqualTo(START.plusSeconds(recent));
    }

    @Test
    void moves_within_a_second_count_as_one() {
        history.found(1, START);
        history.found(2, START.plusMillis(400));
        history.found(3, START.plusMillis(1_000));

        assertThat(history.beyond(1)).isEqualTo(START);
        assertThat(history.beyond(2)).isEqualTo(START.plusMillis(1_000));
    }
}
