package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchSizeTests {

    private static final long QUICK = Duration.ofMillis(1).toNanos();

    private final BatchSize size = new BatchSize(100, 400);

    /** Handles a log with one event that fails, and says which batches were tried. */
    private List<Integer> tries(int bad, boolean known) {
        List<Integer> tries = new ArrayList<>();
        int done = 0;
        while (done <= bad) {
            int events = size.current();
            tries.add(events);
            if (done + events <= bad) {
                size.handled(events, QUICK);
                done += events;
            } else if (events == 1) {
                size.parked();
                done++;
            } else {
                size.failedAt(events, known ? bad - done : events - 1);
            }
        }
        return tries;
    }

    @Test
    void what_is_before_a_failed_event_comes_next_then_it_alone_then_as_many_as_before() {
        assertThat(tries(60, true)).containsExactly(100, 60, 1);
        assertThat(size.current()).isEqualTo(100);
    }

    @Test
    void a_first_event_that_fails_is_next_alone() {
        assertThat(tries(0, true)).containsExactly(100, 1);
    }

    @Test
    void an_event_that_nobody_knows_is_found_by_halves() {
        assertThat(tries(60, false)).containsExactly(100, 50, 25, 12, 6, 3, 1, 1);
        assertThat(size.current()).isEqualTo(100);
    }

    @Test
    void each_event_is_found_whoever_is_blamed() {
        for (int bad = 0; bad < 100; bad++) {
            assertThat(tries(bad, false)).hasSizeLessThan(20);
            for (int blamed = 0; blamed < 100; blamed++) {
                int before = blamed;
                size.failedAt(100, before);
                int done = 0;
                int rounds = 0;
                while (done <= bad) {
                    int events = Math.min(size.current(), 100 - done);
                    if (done + events <= bad) {
                        size.handled(events, QUICK);
                        done += events;
                    } else if (events == 1) {
                        size.parked();
                        done++;
                    } else {
                        size.failedAt(events, Math.max(0, Math.min(events - 1, before - done)));
                    }
                    assertThat(++rounds).isLessThan(200);
                }
            }
        }
    }

    @Test
    void nothing_left_to_suspect_ends_the_search() {
        size.failedAt(100, 60);
        size.handled(60, QUICK);
        size.handled(1, QUICK);
        assertThat(size.current()).isEqualTo(100);
    }

    @Test
    void a_fault_that_is_no_events_begins_with_one() {
        size.failedAt(100, 60);
        size.failed();
        assertThat(size.current()).isEqualTo(1);
        size.handled(1, QUICK);
        assertThat(size.current()).isEqualTo(2);
    }
}
