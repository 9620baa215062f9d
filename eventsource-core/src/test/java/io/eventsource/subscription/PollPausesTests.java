package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PollPausesTests {

    private static final Duration INTERVAL = Duration.ofMillis(100);

    @Test
    void whoever_is_told_of_others_polls_at_the_interval() {
        PollPauses pauses = new PollPauses(INTERVAL);

        assertThat(pauses.after(1, true)).isEqualTo(INTERVAL);
        assertThat(pauses.after(2, true)).isEqualTo(INTERVAL);
    }

    @Test
    void whoever_is_not_told_looks_again_soon_after_events_and_then_ever_later() {
        PollPauses pauses = new PollPauses(INTERVAL);

        assertThat(pauses.after(1, false)).as("the first look").isEqualTo(INTERVAL);
        assertThat(pauses.after(1, false)).isEqualTo(INTERVAL);
        assertThat(pauses.after(2, false)).isEqualTo(Duration.ofMillis(20));
        assertThat(pauses.after(2, false)).isEqualTo(Duration.ofMillis(40));
        assertThat(pauses.after(2, false)).isEqualTo(Duration.ofMillis(80));
        assertThat(pauses.after(2, false)).isEqualTo(INTERVAL);
        assertThat(pauses.after(3, false)).isEqualTo(Duration.ofMillis(20));
        assertThat(pauses.after(3, true)).isEqualTo(INTERVAL);
        assertThat(pauses.after(3, false)).isEqualTo(INTERVAL);
    }

    @Test
    void no_pause_is_longer_than_the_interval() {
        PollPauses quick = new PollPauses(Duration.ofMillis(5));
        quick.after(1, false);
        assertThat(quick.after(2, false)).isEqualTo(Duration.ofMillis(5));

        Duration endless = Duration.ofSeconds(Long.MAX_VALUE);
        PollPauses slow = new PollPauses(endless);
        slow.after(1, false);
        assertThat(slow.after(1, false)).isEqualTo(endless);
    }
}
