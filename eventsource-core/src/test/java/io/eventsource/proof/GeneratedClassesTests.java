package io.eventsource.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.event.JacksonPayloadSerializer;
import io.eventsource.event.PayloadProof;
import io.eventsource.proof.GroovyClasses.GroovyBean;
import io.eventsource.proof.GroovyClasses.GroovyImmutable;
import io.eventsource.proof.ImmutablesClasses.HoldsImmutables;
import io.eventsource.proof.ImmutablesClasses.ImmutableDerived;
import io.eventsource.proof.ImmutablesClasses.ImmutableOrder;
import io.eventsource.proof.KotlinClasses.HoldsKotlinDataObject;
import io.eventsource.proof.KotlinClasses.HoldsKotlinObject;
import io.eventsource.proof.KotlinClasses.HoldsKotlinValues;
import io.eventsource.proof.KotlinClasses.KotlinData;
import io.eventsource.proof.KotlinClasses.KotlinDataObject;
import io.eventsource.proof.KotlinClasses.KotlinDefaults;
import io.eventsource.proof.KotlinClasses.KotlinFlag;
import io.eventsource.proof.KotlinClasses.KotlinLazy;
import io.eventsource.proof.KotlinClasses.KotlinMangled;
import io.eventsource.proof.KotlinClasses.KotlinObject;
import io.eventsource.proof.KotlinClasses.KotlinValue;
import io.eventsource.proof.LombokClasses.LombokBuilt;
import io.eventsource.proof.LombokClasses.LombokFluent;
import io.eventsource.proof.LombokClasses.LombokForgets;
import io.eventsource.proof.LombokClasses.LombokSingular;
import io.eventsource.proof.LombokClasses.LombokValue;
import io.eventsource.proof.UnprovenTypeException.TypeFinding;
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
        PayloadProof proof = new PayloadProof(new JacksonPayloadSerializer());
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
        PayloadProof proof = new PayloadProof(new JacksonPayloadSerializer());
        assertThatExceptionOfType(UnprovenTypeException.class)
                .isThrownBy(() -> proof.prove(List.of(type)))
                .satisfies(refusal -> assertThat(refusal.findings())
                        .extracting(TypeFinding::component)
                        .contains(component));
    }
}
