package io.eventsource.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.payload.GroovyClasses.GroovyBean;
import io.eventsource.payload.GroovyClasses.GroovyImmutable;
import io.eventsource.payload.ImmutablesClasses.HoldsImmutables;
import io.eventsource.payload.ImmutablesClasses.ImmutableDerived;
import io.eventsource.payload.ImmutablesClasses.ImmutableOrder;
import io.eventsource.payload.KotlinClasses.HoldsKotlinDataObject;
import io.eventsource.payload.KotlinClasses.HoldsKotlinObject;
import io.eventsource.payload.KotlinClasses.HoldsKotlinValues;
import io.eventsource.payload.KotlinClasses.KotlinData;
import io.eventsource.payload.KotlinClasses.KotlinDataObject;
import io.eventsource.payload.KotlinClasses.KotlinDefaults;
import io.eventsource.payload.KotlinClasses.KotlinFlag;
import io.eventsource.payload.KotlinClasses.KotlinLazy;
import io.eventsource.payload.KotlinClasses.KotlinMangled;
import io.eventsource.payload.KotlinClasses.KotlinObject;
import io.eventsource.payload.KotlinClasses.KotlinValue;
import io.eventsource.payload.LombokClasses.LombokBuilt;
import io.eventsource.payload.LombokClasses.LombokFluent;
import io.eventsource.payload.LombokClasses.LombokForgets;
import io.eventsource.payload.LombokClasses.LombokSingular;
import io.eventsource.payload.LombokClasses.LombokValue;
import io.eventsource.payload.UnprovenTypeException.TypeFinding;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Classes in the form in which compilers of other languages and code generators write them: come back equal, or are refused. */
@SuppressWarnings({"unused", "MemberName", "ClassCanBeStatic", "DoNotCallSuggester", "SameNameButDifferent"})
class GeneratedClassesTests {
    static Stream<Object> accepted() {
        GroovyBean groovy = new GroovyBean();
        groovy.setName("a");
        groovy.setCount(2);
        return Stream.of(
                new KotlinData("a", 2),
                new KotlinDefaults("a", 2),
                new HoldsKotlinDataObject(KotlinDataObject.INSTANCE),
                groovy,
                new LombokValue("a", 2),
                new LombokBuilt("a", 2),
                ImmutableOrder.fromJson(json("a", 2)),
                new HoldsImmutables(
                        ImmutableOrder.fromJson(json("a", 2)), List.of(ImmutableOrder.fromJson(json("b", 3)))));
    }

    private static ImmutableOrder.Json json(String name, int count) {
        ImmutableOrder.Json json = new ImmutableOrder.Json();
        json.setName(name);
        json.setCount(count);
        return json;
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void a_generated_class_that_is_accepted_comes_back_equal(Object value) {
        PayloadProof proof = new PayloadProof(PayloadSerializer.json());
        proof.prove(List.of(value.getClass()));
        assertThat(proof.copy(value)).isEqualTo(value);
        assertThat(proof.write(value, value.getClass())).doesNotContain("metaClass");
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of(KotlinFlag.class, "isOpen"),
                Arguments.of(KotlinValue.class, ""),
                Arguments.of(HoldsKotlinValues.class, "emails[]"),
                Arguments.of(KotlinMangled.class, "email"),
                Arguments.of(KotlinLazy.class, "size$delegate"),
                Arguments.of(KotlinObject.class, ""),
                Arguments.of(HoldsKotlinObject.class, "status"),
                Arguments.of(GroovyImmutable.class, "name"),
                Arguments.of(LombokFluent.class, "name"),
                Arguments.of(LombokForgets.class, "version"),
                Arguments.of(LombokSingular.class, "names"),
                Arguments.of(ImmutableDerived.class, "length"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void a_generated_class_that_would_lose_something_is_refused(Class<?> type, String component) {
        PayloadProof proof = new PayloadProof(PayloadSerializer.json());
        assertThatExceptionOfType(UnprovenTypeException.class)
                .isThrownBy(() -> proof.prove(List.of(type)))
                .satisfies(refusal -> assertThat(refusal.findings())
                        .extracting(TypeFinding::component)
                        .contains(component));
    }
}
