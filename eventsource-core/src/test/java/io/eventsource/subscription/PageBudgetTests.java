package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PageBudgetTests {

    private static final long MAX = 1024 * 1024;

    private final PageBudget budget = new PageBudget(MAX);

    @Test
    void a_shortage_halves_the_bytes_down_to_the_least() {
        assertThat(budget.shrink()).isTrue();
        assertThat(budget.bytes()).isEqualTo(MAX / 2);
        while (budget.shrink()) {
            assertThat(budget.bytes()).isPositive();
        }
        assertThat(budget.bytes()).isEqualTo(16 * 1024);
    }

    @Test
    void pages_that_fit_let_it_grow_slowly_and_not_beyond_the_most() {
        boolean unused = budget.shrink();

        budget.read(100, 100, true);

        assertThat(budget.bytes()).isBetween(MAX / 2 + 1, MAX * 3 / 4);
        for (int i = 0; i < 100; i++) {
            budget.read(100, 100, true);
        }
        assertThat(budget.bytes()).isEqualTo(MAX);
    }

    @Test
    void after_a_page_that_was_cut_about_as_many_events_are_asked_for_and_later_more() {
        budget.read(100, 8, true);
        assertThat(budget.events(100)).isEqualTo(10);

        budget.read(10, 1, true);
        assertThat(budget.events(100)).isEqualTo(1);

        for (int expected = 2; expected <= 64; expected *= 2) {
            budget.read(1, 1, true);
            assertThat(budget.events(100)).isEqualTo(expected);
        }
    }

    @Test
    void a_page_that_ends_at_the_mark_was_not_cut() {
        budget.read(100, 3, false);

        assertThat(budget.events(100)).isEqualTo(100);
    }
}
