package io.eventsource.benchmarks;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class TallyTest {

    @Test
    void tells_an_event_too_many_and_one_too_few() {
        Tally tally = new Tally();
        tally.handle(UUID.randomUUID(), OrderLineAdded.of(1));
        tally.await(1);

        tally.requireExactly(1);
        assertThatThrownBy(() -> tally.requireExactly(0)).hasMessage("1 events were handled, but there are 0");
        assertThatThrownBy(() -> tally.requireExactly(2)).hasMessage("1 events were handled, but there are 2");
    }
}
