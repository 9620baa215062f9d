package io.eventsource.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SameCauseTests {

    private final SameCause sameCause = new SameCause(3);

    private static RuntimeException broken() {
        return new IllegalStateException("broken for " + System.nanoTime());
    }

    private static RuntimeException brokenElsewhere() {
        return new IllegalStateException("broken elsewhere");
    }

    private static RuntimeException database(String state) {
        return new IllegalStateException(new SQLException("x", state));
    }

    private boolean parks(Throwable error, int aggregate, String type) {
        return sameCause.allowsParking(error, aggregate, type);
    }

    @Test
    void as_many_aggregates_as_the_threshold_says_are_parked_for_one_cause() {
        assertThat(parks(broken(), 1, "a")).isTrue();
        assertThat(parks(broken(), 2, "a")).isTrue();
        assertThat(parks(broken(), 3, "b")).isTrue();
        assertThat(parks(broken(), 4, "a")).isFalse();
        assertThat(parks(broken(), 5, "b")).isFalse();
        assertThat(parks(broken(), 2, "a")).as("one that is parked already").isTrue();
    }

    @Test
    void other_causes_are_counted_apart() {
        for (int i = 0; i < 3; i++) {
            assertThat(parks(broken(), i, "a")).isTrue();
            assertThat(parks(brokenElsewhere(), i, "a")).isTrue();
            assertThat(parks(database("22001"), i, "a")).isTrue();
            assertThat(parks(database("23505"), i, "a")).isTrue();
        }
        assertThat(parks(broken(), 9, "a")).isFalse();
        assertThat(parks(database("23505"), 9, "a")).isFalse();
        assertThat(parks(database("23503"), 9, "a")).isTrue();
    }

    @Test
    void an_event_of_the_type_that_is_handled_ends_the_run_and_one_of_another_does_not() {
        for (int i = 0; i < 3; i++) {
            assertThat(parks(broken(), i, "a")).isTrue();
        }
        sameCause.handled(() -> List.of("b"));
        assertThat(parks(broken(), 4, "a")).isFalse();

        sameCause.handled(() -> List.of("b", "a"));

        assertThat(parks(broken(), 4, "a")).isTrue();
    }

    @Test
    void nothing_is_asked_of_what_was_handled_while_nothing_is_remembered() {
        sameCause.handled(() -> {
            throw new AssertionError("asked for nothing");
        });

        assertThat(parks(broken(), 1, "a")).isTrue();
    }

    @Test
    void many_causes_at_a_time_are_no_fault_of_all_and_take_no_memory() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(parks(database("%05d".formatted(i)), i, "a")).isTrue();
        }
    }

    @Test
    void after_forgetting_as_many_are_parked_once_more() {
        for (int i = 0; i < 3; i++) {
            assertThat(parks(broken(), i, "a")).isTrue();
        }
        sameCause.forget();

        assertThat(parks(broken(), 4, "a")).isTrue();
    }

    @Test
    void zero_parks_them_all() {
        SameCause never = new SameCause(0);

        for (int i = 0; i < 10_000; i++) {
            assertThat(never.allowsParking(broken(), i, "a")).isTrue();
        }
    }
}
