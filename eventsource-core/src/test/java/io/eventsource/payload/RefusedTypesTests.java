package io.eventsource.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventType;
import io.eventsource.payload.UnprovenTypeException.TypeFinding;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/** Classes whose values would not come back, each by a way of its own: refused before the first value. */
class RefusedTypesTests {

    static Stream<Arguments> refused() {
        return Stream.concat(RefusedByType.cases(), RefusedByJackson.cases());
    }

    @ParameterizedTest
    @MethodSource("refused")
    void a_class_whose_values_would_not_come_back_is_refused_with_its_component(Class<?> type, String component) {
        PayloadProof proof = new PayloadProof(PayloadSerializer.json());
        assertThatExceptionOfType(UnprovenTypeException.class)
                .isThrownBy(() -> proof.prove(List.of(type)))
                .satisfies(refusal -> assertThat(refusal.findings())
                        .extracting(TypeFinding::component)
                        .contains(component))
                .satisfies(refusal -> assertThat(refusal.findings())
                        .allSatisfy(finding ->
                                assertThat(finding.remedy()).isNotBlank().doesNotEndWith(".")))
                .withMessageContaining(type.getName());
    }

    @EventType("one")
    record One(Thread thread) {}

    @EventType("two")
    record Two(RefusedByType.Shape shape) {}

    @EventType("three")
    record Three(BigDecimal amount) {}

    @Test
    void a_codec_is_refused_with_all_classes_and_components_at_once() {
        EventRegistry registry = EventRegistry.of(One.class, Two.class, Three.class);
        assertThatExceptionOfType(UnprovenTypeException.class)
                .isThrownBy(() -> new EventCodec(registry, PayloadSerializer.json()))
                .satisfies(refusal -> assertThat(refusal.findings())
                        .extracting(TypeFinding::type)
                        .containsExactly(One.class, Two.class))
                .withMessageContaining("@JsonTypeInfo");
    }

    @Test
    void a_mapper_that_loses_offsets_is_refused_with_the_component() {
        record Offset(java.time.OffsetDateTime at) {}
        PayloadProof proof =
                new PayloadProof(PayloadSerializer.json(JsonMapper.builder().build()));
        assertThatExceptionOfType(UnprovenTypeException.class)
                .isThrownBy(() -> proof.prove(List.of(Offset.class)))
                .withMessageContaining("Offset, at: ");
    }

    @Test
    void a_serializer_of_another_kind_is_asked_only_for_what_no_json_can_hold() {
        PayloadProof proof = new PayloadProof(new io.eventsource.payload.PayloadSerializer() {
            @Override
            public String serialize(Object value) {
                return "{}";
            }

            @Override
            public <T> T deserialize(String json, Class<T> type) {
                throw new IllegalStateException();
            }
        });
        proof.prove(List.of(RefusedByType.HoldsSealed.class, RefusedByType.HoldsObject.class));
        for (Class<?> type : List.of(
                RefusedByType.HoldsThread.class,
                RefusedByType.HoldsStream.class,
                RefusedByType.HoldsRunnable.class,
                RefusedByType.HoldsSupplier.class)) {
            assertThatExceptionOfType(UnprovenTypeException.class)
                    .as(type.getName())
                    .isThrownBy(() -> proof.prove(List.of(type)));
        }
    }
}
