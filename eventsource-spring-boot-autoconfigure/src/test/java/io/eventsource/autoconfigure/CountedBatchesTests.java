package io.eventsource.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CountedBatchesTests {

    private record Undecoded(String name) implements EventHandlers {

        @Override
        public Set<String> eventTypes() {
            return Set.of("placed");
        }

        @Override
        public boolean undecoded() {
            return true;
        }

        @Override
        public Runnable resetHandler() {
            return () -> {};
        }

        @Override
        public void handle(EventEnvelope<Object> event) {}
    }

    @Test
    void handlers_that_take_events_as_they_are_stored_and_can_be_reset_still_do_and_can() {
        EventHandlers handlers = CountedBatches.of(new Undecoded("own"), List.of((name, events) -> {}));

        assertThat(handlers).isInstanceOf(CountedBatches.class);
        assertThat(handlers.undecoded()).isTrue();
        assertThat(handlers.resetHandler()).isNotNull();
    }
}
