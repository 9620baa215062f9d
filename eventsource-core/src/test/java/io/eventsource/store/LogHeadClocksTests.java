package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.testing.SettableClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the head does while somebody sets the wall clock. */
class LogHeadClocksTests {

    private final SettableClock clock = new SettableClock();
    private final ScriptedLog log = new ScriptedLog();
    private final LogHead head = new LogHead(log, clock.clocks());

    @ParameterizedTest
    @ValueSource(longs = {1, -1})
    void a_hole_is_as_old_as_it_is(long hours) {
        log.append(1);
        head.advance();
        Instant found = clock.instant();
        log.draw("open", 1).append(3);
        head.advance();
        assertThat(head.holeAge()).contains(Duration.ZERO);

        clock.set(Duration.ofHours(hours));
        head.advance();
        assertThat(head.holeAge()).contains(Duration.ZERO);

        clock.pass(Duration.ofSeconds(2));
        assertThat(head.holeAge()).contains(Duration.ofSeconds(2));
        assertThat(head.status().holeSince()).as("shown by the wall clock").isEqualTo(found);

        log.rollback("open");
        head.advance();
        assertThat(head.holeAge()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, -1})
    void the_head_is_published_once_per_second(long hours) {
        log.append(1);
        head.advance();
        head.publish();
        assertThat(log.published()).isEqualTo(1);

        log.append(1);
        head.advance();
        clock.set(Duration.ofHours(hours));
        head.publish();
        assertThat(log.published()).as("not again within a second").isEqualTo(1);

        clock.pass(Duration.ofSeconds(1));
        head.publish();
        assertThat(log.published()).isEqualTo(2);
    }
}
