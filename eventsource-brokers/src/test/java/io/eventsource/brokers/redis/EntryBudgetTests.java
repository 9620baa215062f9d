package io.eventsource.brokers.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.StreamMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EntryBudgetTests {

    private final EntryBudget budget = new EntryBudget(100, 1_000);

    private static StreamMessage<String, byte[]> entry(int bytes) {
        return new StreamMessage<>("stream", "1-0", Map.of("data", new byte[bytes]));
    }

    private List<Integer> counts(int reads, int bytes) {
        List<Integer> counts = new ArrayList<>();
        for (int i = 0; i < reads; i++) {
            counts.add(budget.count());
            budget.read(List.of(entry(bytes)));
        }
        return counts;
    }

    @Test
    void small_entries_are_asked_for_in_growing_numbers_up_to_the_batch() {
        assertThat(counts(9, 1)).containsExactly(1, 2, 4, 8, 16, 32, 64, 100, 100);
    }

    @Test
    void as_many_are_asked_for_as_fit_when_all_are_as_large_as_the_largest() {
        assertThat(counts(9, 100)).containsExactly(1, 2, 4, 8, 10, 10, 10, 10, 10);
        budget.read(List.of(entry(10), entry(400), entry(10)));
        assertThat(budget.count()).isEqualTo(2);
        budget.read(List.of(entry(5_000)));
        assertThat(budget.count()).isEqualTo(1);
        assertThat(counts(3, 10)).containsExactly(1, 2, 4);
    }

    @Test
    void entries_that_are_gone_do_not_count() {
        budget.read(List.of(new StreamMessage<>("stream", "1-0", null)));
        budget.read(List.of());
        assertThat(budget.count()).isEqualTo(4);
    }
}
