package io.eventsource.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import io.eventsource.payload.AcceptedTypesTests.Base;
import io.eventsource.payload.AcceptedTypesTests.Tree;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Values of accepted classes that are refused at an append, because they would not come back equal. */
@SuppressWarnings({"unused", "JavaUtilDate", "ArrayRecordComponent", "NullableOptional"})
class RefusedValuesTests {

    static class Derived extends Base {
        public String more = "";
    }

    record HoldsBase(Base base, List<Base> bases) {}

    @Test
    void a_value_of_a_class_that_extends_the_declared_one_is_refused_at_each_append() {
        PayloadProof proof = new PayloadProof(PayloadSerializer.json());
        proof.prove(List.of(HoldsBase.class));
        HoldsBase first = new HoldsBase(new Base(), List.of(new Base()));
        assertThat(ReadBack.difference(first, proof.copy(first))).isNull();
        for (HoldsBase each : List.of(
                new HoldsBase(new Derived(), List.of()),
                new HoldsBase(new Base(), List.of(new Derived())),
                new HoldsBase(new Derived(), List.of()))) {
            assertThatExceptionOfType(EventEncodingException.class)
                    .isThrownBy(() -> proof.copy(each))
                    .withMessageContaining(Derived.class.getName())
                    .satisfies(refusal -> assertThat(refusal.component()).startsWith("base"));
        }
    }

    record HoldsDerived(Derived derived) {}

    record DeepBase(Map<String, List<Base>> bases, Optional<Base> maybe, Base @Nullable [] array) {}

    record Boxed(@JsonValue Base base) {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        Boxed {}
    }

    record HoldsBoxed(List<Boxed> boxes) {}

    static class Code {
        private final String text;

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        Code(String text) {
            this.text = text;
        }

        @JsonValue
        public String text() {
            return text;
        }
    }

    static class LongCode extends Code {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        LongCode(String text) {
            super(text);
        }
    }

    record HoldsCodes(Code code, @Nullable LongCode longCode) {}

    @Test
    void so_is_one_of_a_class_that_is_declared_and_proven_elsewhere() {
        PayloadProof proof = new PayloadProof(PayloadSerializer.json());
        proof.prove(List.of(
                HoldsDerived.class, HoldsBase.class, DeepBase.class, HoldsBoxed.class, HoldsCodes.class, Mixed.class));
        for (Object good : List.of(
                new HoldsDerived(new Derived()),
                new HoldsBase(new Base(), List.of(new Base())),
                new DeepBase(Map.of("a", List.of(new Base())), Optional.of(new Base()), new Base[] {new Base()}),
                new HoldsBoxed(List.of(new Boxed(new Base()))),
                new HoldsCodes(new Code("a"), new LongCode("b")))) {
            assertThat(ReadBack.difference(good, proof.copy(good))).isNull();
        }
        for (Object bad : List.of(
                new HoldsBase(new Derived(), List.of()),
                new HoldsBase(new Base(), List.of(new Derived())),
                new DeepBase(Map.of("a", List.of(new Derived())), Optional.empty(), null),
                new DeepBase(Map.of(), Optional.of(new Derived()), null),
                new DeepBase(Map.of(), Optional.empty(), new Base[] {new Derived()}),
                new HoldsBoxed(List.of(new Boxed(new Derived()))),
                new HoldsCodes(new LongCode("a"), null),
                new Mixed(new Cat("a"), new Dog("b", 1), List.of()),
                new Mixed(new Dog("a", 1), new Dog("b", 1), List.of(new Cat("c"))))) {
            assertThatExceptionOfType(EventEncodingException.class)
                    .as(bad.toString())
                    .isThrownBy(() -> proof.write(bad, bad.getClass()))
                    .withMessageContaining("stands where");
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes(@JsonSubTypes.Type(Dog.class))
    interface Pet {}

    record Dog(String name, int age) implements Pet {}

    record Cat(String name) implements Pet {}

    record Mixed(Pet pet, Dog dog, List<Pet> pets) {}

    static final class Strict {
        public @Nullable String name;

        @Override
        public boolean equals(Object other) {
            return other instanceof Strict strict
                    && Objects.requireNonNull(name).equals(strict.name);
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }

    record HoldsStrict(Strict strict, List<Strict> list, Map<String, Strict> map) {}

    @Test
    void an_equals_that_fails_leaves_the_comparison_to_the_components() {
        PayloadProof proof = new PayloadProof(PayloadSerializer.json());
        proof.prove(List.of(HoldsStrict.class));
        HoldsStrict value = new HoldsStrict(new Strict(), List.of(new Strict()), Map.of("a", new Strict()));
        HoldsStrict back = (HoldsStrict) proof.copy(value);
        assertThat(ReadBack.difference(value, back)).isNull();
        back.list().get(0).name = "other";
        assertThat(ReadBack.difference(value, back)).isEqualTo("list[0].name");
    }

    record Perhaps(@Nullable Optional<String> text) {}

    @Test
    void an_optional_that_is_null_is_refused_at_each_append() {
        PayloadProof proof = new PayloadProof(PayloadSerializer.json());
        proof.prove(List.of(Perhaps.class));
        assertThatExceptionOfType(EventEncodingException.class)
                .isThrownBy(() -> proof.copy(new Perhaps(null)))
                .withMessageContaining("Optional.empty()");
    }

    /** Comes back as another: it changes what it is given. */
    record Changing(int number) {
        Changing {
            number++;
        }
    }

    record SortedInto(List<String> list) {
        SortedInto {
            list = list.stream().sorted().toList();
        }
    }

    @Test
    void a_constructor_that_changes_what_it_is_given_is_seen_at_the_first_value() {
        PayloadProof proof = new PayloadProof(PayloadSerializer.json());
        proof.prove(List.of(Changing.class, SortedInto.class));
        assertThatExceptionOfType(EventEncodingException.class)
                .isThrownBy(() -> proof.copy(new Changing(1)))
                .satisfies(refusal -> assertThat(refusal.component()).isEqualTo("number"));
        SortedInto sorted = new SortedInto(List.of("b", "a"));
        assertThat(proof.copy(sorted)).isEqualTo(sorted);
    }

    @Test
    void a_tree_that_holds_itself_is_refused_and_not_followed_for_ever() {
        PayloadProof proof = new PayloadProof(PayloadSerializer.json());
        proof.prove(List.of(Tree.class));
        List<Tree> children = new ArrayList<>();
        Tree tree = new Tree("a", children);
        children.add(tree);
        assertThatExceptionOfType(EventEncodingException.class)
                .isThrownBy(() -> proof.copy(tree))
                .satisfies(refusal -> assertThat(refusal.eventClass()).isEqualTo(Tree.class));
    }

    record Keyed(Map<String, String> map) {}

    @Test
    void a_null_key_is_refused_and_an_order_of_keys_is_no_part_of_a_map() {
        PayloadProof proof = new PayloadProof(PayloadSerializer.json());
        proof.prove(List.of(Keyed.class));
        assertThatExceptionOfType(EventEncodingException.class)
                .isThrownBy(() -> proof.copy(new Keyed(Collections.singletonMap(null, "a"))));
        Map<String, String> descending = new TreeMap<>(Collections.reverseOrder());
        descending.putAll(Map.of("a", "1", "bb", "2"));
        assertThat(proof.copy(new Keyed(descending))).isEqualTo(new Keyed(descending));
    }
}
