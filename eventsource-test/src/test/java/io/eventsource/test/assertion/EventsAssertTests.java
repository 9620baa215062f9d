package io.eventsource.test.assertion;

import static io.eventsource.test.assertion.EventsAssert.assertThatEvents;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class EventsAssertTests {

    record Placed(String customer, List<String> lines) {}

    record Shipped(String tracking) {}

    private final Placed placed = new Placed("ada", List.of("kettle"));

    @Test
    void events_are_compared_in_their_order() {
        assertThatEvents(List.of(placed, new Shipped("T1"))).containsExactly(placed, new Shipped("T1"));
        assertThatEvents(List.of(placed, new Shipped("T1"))).contains(new Shipped("T1"));
        assertThatEvents(List.of()).isEmpty();
    }

    @Test
    void a_component_that_differs_is_named_and_all_events_are_listed() {
        assertThatThrownBy(() ->
                        assertThatEvents(List.of(placed, new Shipped("T1"))).containsExactly(placed, new Shipped("T2")))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Event 2 differs: tracking is \"T1\" and not \"T2\"")
                .hasMessageContaining(
                        "  1. Placed {customer: \"ada\", lines: [kettle]}\n  2. Shipped {tracking: \"T1\"}");
    }

    @Test
    void an_event_that_is_missing_not_expected_or_of_another_class_is_named() {
        assertThatThrownBy(() -> assertThatEvents(List.of(placed)).containsExactly(placed, new Shipped("T1")))
                .hasMessageContaining("Event 2 is missing: Shipped {tracking: \"T1\"}");
        assertThatThrownBy(() -> assertThatEvents(List.of(placed)).isEmpty())
                .hasMessageContaining("Event 1 was not expected: Placed");
        assertThatThrownBy(() -> assertThatEvents(List.of(placed)).containsExactly(new Shipped("T1")))
                .hasMessageContaining("it is a Placed and not a Shipped");
        assertThatThrownBy(() -> assertThatEvents(List.of()).contains(placed)).hasMessageContaining("  none");
    }
}
