package io.eventsource.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RowsTest {

    @Test
    void without_names_all_rows_are_picked() {
        assertThat(Rows.named(List.of())).isEqualTo(Rows.ALL);
    }
}
