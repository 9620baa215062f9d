package io.eventsource.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.testing.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.PermissionDeniedDataAccessException;

/** What the mark does while somebody sets the wall clock. */
class HighWaterMarkClocksTests {

    private final SettableClock clock = new SettableClock();
    private final ScriptedLog log = new ScriptedLog();
    private final HighWaterMark mark = new HighWaterMark(log, clock.clocks());

    @ParameterizedTest
    @ValueSource(longs = {1, -1})
    void a_gap_is_as_old_as_it_is(long hours) {
        log.append(1);
        mark.advance();
        Instant found = clock.instant();
        log.draw("open", 1).append(3);
        mark.advance();
        assertThat(mark.gapAge()).contains(Duration.ZERO);

        clock.set(Duration.ofHours(hours));
        mark.advance();
        assertThat(mark.gapAge()).contains(Duration.ZERO);

        clock.pass(Duration.ofSeconds(2));
        assertThat(mark.gapAge()).contains(Duration.ofSeconds(2));
        assertThat(mark.status().gapSince()).as("shown by the wall clock").isEqualTo(found);

        log.rollback("open");
        mark.advance();
        assertThat(mark.gapAge()).isEmpty();
    }

    @Test
    void publishing_that_fails_is_tried_again_less_and_less_often_up_to_once_a_minute() {
        log.append(1);
        mark.advance();
        log.refusePublishing(true);
        List<Integer> triedAt = new ArrayList<>();
        for (int second = 0; second < 200; second++) {
            try {
                mark.publish();
            } catch (PermissionDeniedDataAccessException expected) {
                triedAt.add(second);
            }
            clock.pass(Duration.ofSeconds(1));
        }
        assertThat(triedAt).containsExactly(0, 2, 6, 14, 30, 62, 122, 182);

        log.refusePublishing(false);
        clock.pass(Duration.ofMinutes(1));
        mark.publish();
        assertThat(log.published()).isEqualTo(1);
        log.append(1);
        mark.advance();
        clock.pass(Duration.ofSeconds(1));
        mark.publish();
        assertThat(log.published()).as("every second again").isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, -1})
    void the_mark_is_published_once_per_second(long hours) {
        log.append(1);
        mark.advance();
        mark.publish();
        assertThat(log.published()).isEqualTo(1);

        log.append(1);
        mark.advance();
        clock.set(Duration.ofHours(hours));
        mark.publish();
        assertThat(log.published()).as("not again within a second").isEqualTo(1);

        clock.pass(Duration.ofSeconds(1));
        mark.publish();
        assertThat(log.published()).isEqualTo(2);
    }
}
