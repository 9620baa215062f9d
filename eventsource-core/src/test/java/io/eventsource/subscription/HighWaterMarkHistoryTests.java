package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HighWaterMarkHistoryTests {

    // values of a ticker run over
    private static final long START = Long.MAX_VALUE - 10;

    private final HighWaterMarkHistory history = new HighWaterMarkHistory();

    private static long at(long millis) {
        return START + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void found(long mark, long second) {
        history.found(mark, at(second * 1_000));
    }

    @Test
    void what_the_mark_has_passed_has_waited_since_it_was_passed() {
        found(10, 0);
        found(20, 100);
        found(20, 200);
        found(30, 300);

        assertThat(history.beyond(5)).isEqualTo(START);
        assertThat(history.beyond(10)).isEqualTo(at(100_000));
        assertThat(history.beyond(19)).isEqualTo(at(100_000));
        assertThat(history.beyond(20)).isEqualTo(at(300_000));
        assertThat(history.beyond(30)).isNull();
    }

    @Test
    void a_log_that_has_gone_backwards_begins_anew() {
        found(10, 0);
        found(20, 100);
        found(5, 200);

        assertThat(history.beyond(3)).isEqualTo(at(200_000));
        assertThat(history.beyond(5)).isNull();
    }

    @Test
    void nothing_seems_to_have_waited_for_less_than_it_has_and_nothing_much_longer_however_often_the_mark_moves() {
        long days = 30 * 24 * 3_600L;
        for (long second = 0; second < days; second += 7) {
            found(second + 1, second);
        }
        for (long second = 0; second < days - 7; second += 70_001) {
            // the mark passed this position at this second
            long truly = at(second * 1_000 - second % 7 * 1_000);
            Long said = history.beyond(second - second % 7);
            assertThat(said).isNotNull().satisfies(each -> assertThat(truly - each)
                    .isNotNegative());
        }
        long recent = (days - 1) / 7 * 7;
        assertThat(history.beyond(recent)).isEqualTo(at(recent * 1_000));
    }

    @Test
    void moves_within_a_second_count_as_one() {
        history.found(1, START);
        history.found(2, at(400));
        history.found(3, at(1_000));

        assertThat(history.beyond(1)).isEqualTo(START);
        assertThat(history.beyond(2)).isEqualTo(at(1_000));
    }
}
