package io.eventsource.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventSourceSchemaTests {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "1a",
                "Events",
                "a-b",
                "a b",
                "a.b",
                "a\"b",
                "a;DROP TABLE x",
                "ä",
                "pg_x",
                "a\n",
                "a234567890123456789012345678901234567890123456789012345678901234"
            })
    void a_name_that_would_need_quoting_is_refused_with_the_property(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EventSourceSchema(name))
                .withMessageContaining("eventsource.schema");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "eventsource",
                "public",
                "_x",
                "a1_b",
                "a23456789012345678901234567890123456789012345678901234567890123"
            })
    void a_plain_name_is_taken(String name) {
        assertThat(new EventSourceSchema(name).sql("SELECT 1 FROM {schema}.events, {schema}.snapshots"))
                .isEqualTo("SELECT 1 FROM " + name + ".events, " + name + ".snapshots");
    }

    @ParameterizedTest
    @ValueSource(strings = {"select", "user", "order", "table", "group"})
    void a_reserved_word_is_refused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> new EventSourceSchema(name));
    }

    @Test
    void two_schemas_of_one_name_are_equal() {
        assertThat(new EventSourceSchema("a")).isEqualTo(new EventSourceSchema("a"));
    }
}
