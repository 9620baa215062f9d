package io.eventsource.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageHeadersTests {

    @ParameterizedTest
    @ValueSource(strings = {"a", "z", "0", "9", "tenantid", "traceparent", "abcdefghij0123456789"})
    void lower_case_letters_and_digits_are_an_extension(String name) {
        assertThat(MessageHeaders.isExtension(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "abcdefghij01234567890",
                "tenantId",
                "tenant-id",
                "tenant_id",
                "tenant id",
                "größe",
                "a`",
                "a{",
                "a/",
                "a:"
            })
    void another_character_or_more_than_twenty_are_none(String name) {
        assertThat(MessageHeaders.isExtension(name)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data"
            })
    void an_attribute_is_none(String name) {
        assertThat(MessageHeaders.isExtension(name)).isFalse();
    }
}
