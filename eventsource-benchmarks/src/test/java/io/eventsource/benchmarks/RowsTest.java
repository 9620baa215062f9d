package io.eventsource.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RowsTest {

    @Test
    void without_names_all_rows_are_picked() {
        assertThat(Rows.named(List.of())).isEqualTo(Rows.ALL);
    }

    @Test
    void rows_of_outboxes_are_found_in_their_package() {
        assertThat(Rows.ALL).extracting(Row::name).contains("outbox-append", "outbox-kafka");
    }
}
