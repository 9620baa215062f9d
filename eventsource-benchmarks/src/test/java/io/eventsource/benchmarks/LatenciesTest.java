package io.eventsource.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class LatenciesTest {

    private static final OrderLineAdded LINE = OrderLineAdded.of(1);
    private final UUID stream = UUID.randomUUID();

    @Test
    void measures_from_commit_to_handler_and_leaves_out_what_was_there_before() {
        Latencies latencies = new Latencies(1);
        latencies.handle(UUID.randomUUID(), LINE);
        latencies.handle(stream, LINE);
        latencies.committed(stream, Latencies.now() - 1_000_000);
        latencies.awaitHandled();

        assertThat(latencies.measured(0).values()).hasSize(2).allSatisfy(millis -> assertThat(millis)
                .isBetween(900.0, 1_000.0));
    }

    @Test
    void fails_when_an_event_was_handled_again() {
        Latencies latencies = new Latencies(0);
        latencies.committed(stream, Latencies.now());
        latencies.handle(stream, LINE);
        latencies.handle(stream, LINE);

        assertThatThrownBy(() -> latencies.measured(0))
                .hasMessage("1 events were handled, 1 of them again, but there are 1");
    }

    @Test
    void fails_when_an_event_is_missing() {
        Latencies latencies = new Latencies(0);
        latencies.committed(stream, Latencies.now());
        latencies.handle(stream, LINE);

        assertThatThrownBy(() -> latencies.measured(1))
                .hasMessage("1 events were handled, 0 of them again, but there are 2");
    }

    @Test
    void fails_when_nothing_was_measured() {
        assertThatThrownBy(() -> new Latencies(0).measured(0)).isInstanceOf(IllegalStateException.class);
    }
}
