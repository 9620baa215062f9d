package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.eventsource.log.LogQuery;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ExpectedVersionTests {

    @Test
    void version_zero_and_no_stream_are_the_same() {
        assertThat(ExpectedVersion.exact(0))
                .isEqualTo(ExpectedVersion.noStream())
                .hasToString("no stream");
    }

    @Test
    void each_condition_has_a_code_of_its_own() {
        assertThat(List.of(
                        ExpectedVersion.noStream().code(),
                        ExpectedVersion.any().code(),
                        ExpectedVersion.streamExists().code(),
                        ExpectedVersion.exact(7).code()))
                .containsExactly(0L, -1L, -2L, 7L);
    }

    @Test
    void a_negative_version_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExpectedVersion.exact(-1))
                .withMessageContaining("-1");
    }

    @Test
    void an_aggregate_type_must_have_a_name_of_bounded_length() {
        for (String type : List.of("", "  ", "x".repeat(201))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> StreamAppend.to(type, UUID.randomUUID(), "event"))
                    .withMessageContaining("200");
        }
    }

    @Test
    void queries_refuse_bounds_that_make_no_sense() {
        UUID id = UUID.randomUUID();
        assertThatIllegalArgumentException().isThrownBy(() -> StreamQuery.of(id).from(0));
        assertThatIllegalArgumentException().isThrownBy(() -> StreamQuery.of(id).to(0));
        assertThatIllegalArgumentException().isThrownBy(() -> StreamQuery.of(id).limit(0));
        assertThatIllegalArgumentException().isThrownBy(() -> LogQuery.after(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> LogQuery.after(0).limit(0));
    }
}
