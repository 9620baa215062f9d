package io.eventsource.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import groovy.lang.MetaClass;
import io.eventsource.event.JacksonPayloadSerializer;
import io.eventsource.event.PayloadProof;
import io.eventsource.proof.UnprovenTypeException.TypeFinding;
import java.beans.ConstructorProperties;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonPOJOBuilder;

/** Classes in the form in which compilers of other languages and code generators write them: come back equal, or are refused. */
@SuppressWarnings({"unused", "MemberName", "ClassCanBeStatic", "DoNotCallSuggester", "SameNameButDifferent"})
class GeneratedClassesTests {

    /** A name and a number, equal by both. */
    abstract static class Values {
        abstract Object name();

        abstract Object count();

        @Override
        public final boolean equals(@Nullable Object other) {
            return other instanceof Values values
                    && values.getClass() == getClass()
                    && values.name().equals(name())
                    && values.count().equals(count());
        }

        @Override
        public final int hashCode() {
            return Objects.hash(name(), count());
        }
    }

    /** Kotlin: {@code data class KotlinData(val name: String, val count: Int)}, compiled with {@code -java-parameters}. */
    static final class KotlinData extends Values {
        private final String name;
        private final int count;

        public KotlinData(String name, int count) {
            this.name = name;
            this.count = count;
        }

        public String getName() {
            return name;
        }

        public int getCount() {
            return count;
        }

        public String component1() {
            return name;
        }

        public int component2() {
            return count;
        }

        public KotlinData copy(String newName, int newCount) {
            return new KotlinData(newName, newCount);
        }

        public static KotlinData copy$default(KotlinData self, String name, int count, int mask, Object marker) {
            return self.copy((mask & 1) == 0 ? name : self.name, (mask & 2) == 0 ? count : self.count);
        }

        @Override
        String name() {
            return name;
        }

        @Override
        Integer count() {
            return count;
        }
    }

    /** Kotlin: the same with a default for each parameter, which makes a constructor without parameters. */
    static final class KotlinDefaults extends Values {
        private final String name;
        private final int count;

        public KotlinDefaults(String name, int count) {
            this.name = name;
            this.count = count;
        }

        public KotlinDefaults() {
            this("", 0);
        }

        public String getName() {
            return name;
        }

        public int getCount() {
            return count;
        }

        @Override
        String name() {
            return name;
        }

        @Override
        Integer count() {
            return count;
        }
    }

    /** Kotlin: {@code data class KotlinFlag(val isOpen: Boolean)}. */
    static final class KotlinFlag {
        private final boolean isOpen;

        public KotlinFlag(boolean isOpen) {
            this.isOpen = isOpen;
        }

        public boolean isOpen() {
            return isOpen;
        }
    }

    /** Kotlin: {@code @JvmInline value class Email(val value: String)} where it is boxed. */
    static final class KotlinValue {
        private final String value;

        private KotlinValue(String value) {
            this.value = value;
        }

        public String getValue() {
            return value;
        }

        public static KotlinValue box(String value) {
            return new KotlinValue(value);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof KotlinValue email && email.value.equals(value);
        }

        @Override
        public int hashCode() {
            return value.hashCode();
        }
    }

    record HoldsKotlinValues(List<KotlinValue> emails) {}

    /** Kotlin: {@code class Contact(val email: Email = Email(""))}, whose getter has a name that Java cannot call. */
    static final class KotlinMangled {
        private final String email;

        public KotlinMangled() {
            this.email = "";
        }

        private KotlinMangled(String email) {
            this.email = email;
        }

        public String getEmail$Kx1Ab() {
            return email;
        }
    }

    /** Kotlin: {@code class KotlinLazy(val name: String) { val size by lazy { name.length } }}. */
    static final class KotlinLazy {
        private final String name;
        private final List<Object> size$delegate = new ArrayList<>();

        public KotlinLazy(String name) {
            this.name = name;
        }

        public String getName() {
            return name;
        }

        public int getSize() {
            size$delegate.add(name.length());
            return name.length();
        }
    }

    /** Kotlin: {@code object Done}. */
    static final class KotlinObject {
        public static final KotlinObject INSTANCE = new KotlinObject();

        private KotlinObject() {}
    }

    record HoldsKotlinObject(KotlinObject status) {}

    /** Kotlin: {@code data object Done}. */
    static final class KotlinDataObject {
        public static final KotlinDataObject INSTANCE = new KotlinDataObject();

        private KotlinDataObject() {}

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof KotlinDataObject;
        }

        @Override
        public int hashCode() {
            return 7;
        }
    }

    record HoldsKotlinDataObject(KotlinDataObject status) {}

    /** Groovy: {@code class GroovyBean { String name; int count }}. */
    static final class GroovyBean extends Values {
        private String name = "";
        private int count;
        private transient MetaClass metaClass = () -> GroovyBean.class;

        public MetaClass getMetaClass() {
            return metaClass;
        }

        public void setMetaClass(MetaClass metaClass) {
            this.metaClass = metaClass;
        }

        public Object invokeMethod(String method, Object arguments) {
            throw new UnsupportedOperationException(method);
        }

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }

        public int getCount() {
            return count;
        }

        public void setCount(int count) {
            this.count = count;
        }

        @Override
        String name() {
            return name;
        }

        @Override
        Integer count() {
            return count;
        }
    }

    /** Groovy: {@code @Immutable class GroovyImmutable { String name }}. */
    static final class GroovyImmutable {
        private final String name;
        private transient MetaClass metaClass = () -> GroovyImmutable.class;

        public GroovyImmutable(String name) {
            this.name = name;
        }

        public GroovyImmutable(Map<String, Object> values) {
            this((String) Objects.requireNonNull(values.get("name")));
        }

        public GroovyImmutable() {
            this("");
        }

        public MetaClass getMetaClass() {
            return metaClass;
        }

        public void setMetaClass(MetaClass metaClass) {
            this.metaClass = metaClass;
        }

        public String getName() {
            return name;
        }
    }

    /** Lombok: {@code @Value} with {@code lombok.anyConstructor.addConstructorProperties}. */
    static final class LombokValue extends Values {
        private final String name;
        private final int count;

        @ConstructorProperties({"name", "count"})
        public LombokValue(String first, int second) {
            this.name = first;
            this.count = second;
        }

        public String getName() {
            return name;
        }

        public int getCount() {
            return count;
        }

        @Override
        String name() {
            return name;
        }

        @Override
        Integer count() {
            return count;
        }
    }

    /** Lombok: {@code @Value @Accessors(fluent = true)}. */
    static final class LombokFluent {
        private final String name;

        @ConstructorProperties("name")
        public LombokFluent(String first) {
            this.name = first;
        }

        public String name() {
            return name;
        }
    }

    /** Lombok: {@code @Value @Builder @Jacksonized} with a {@code @Builder.Default}. */
    @JsonDeserialize(builder = LombokBuilt.LombokBuiltBuilder.class)
    static final class LombokBuilt extends Values {
        private final String name;
        private final int count;

        LombokBuilt(String name, int count) {
            this.name = name;
            this.count = count;
        }

        public String getName() {
            return name;
        }

        public int getCount() {
            return count;
        }

        @Override
        String name() {
            return name;
        }

        @Override
        Integer count() {
            return count;
        }

        @JsonPOJOBuilder(withPrefix = "", buildMethodName = "build")
        static final class LombokBuiltBuilder {
            private @Nullable String name;
            private boolean count$set;
            private int count$value;

            LombokBuiltBuilder name(String value) {
                this.name = value;
                return this;
            }

            LombokBuiltBuilder count(int value) {
                this.count$value = value;
                this.count$set = true;
                return this;
            }

            LombokBuilt build() {
                return new LombokBuilt(Objects.requireNonNull(name), count$set ? count$value : 1);
            }
        }
    }

    /** Lombok: {@code @Value @Builder @Jacksonized} with a field that has a value, which the builder does not know. */
    @JsonDeserialize(builder = LombokForgets.LombokForgetsBuilder.class)
    static final class LombokForgets {
        private final String name;
        private final String version = "1";

        LombokForgets(String name) {
            this.name = name;
        }

        public String getName() {
            return name;
        }

        public String getVersion() {
            return version;
        }

        @JsonPOJOBuilder(withPrefix = "", buildMethodName = "build")
        static final class LombokForgetsBuilder {
            private @Nullable String name;

            @JsonProperty
            LombokForgetsBuilder name(String value) {
                this.name = value;
                return this;
            }

            LombokForgets build() {
                return new LombokForgets(Objects.requireNonNull(name));
            }
        }
    }

    /** Lombok: {@code @Singular List<String> names}. */
    @JsonDeserialize(builder = LombokSingular.LombokSingularBuilder.class)
    static final class LombokSingular {
        private final List<String> names;

        LombokSingular(List<String> names) {
            this.names = names;
        }

        public List<String> getNames() {
            return names;
        }

        @JsonPOJOBuilder(withPrefix = "", buildMethodName = "build")
        static final class LombokSingularBuilder {
            private final List<String> names = new ArrayList<>();

            @JsonProperty
            LombokSingularBuilder names(Collection<? extends String> values) {
                names.addAll(values);
                return this;
            }

            LombokSingular build() {
                return new LombokSingular(List.copyOf(names));
            }
        }
    }

    /** Immutables: the value that it writes for an interface with two attributes. */
    static final class ImmutableOrder extends Values {
        private final String name;
        private final int count;

        private ImmutableOrder(String name, int count) {
            this.name = name;
            this.count = count;
        }

        @Override
        @JsonProperty("name")
        public String name() {
            return name;
        }

        @Override
        @JsonProperty("count")
        public Integer count() {
            return count;
        }

        @JsonDeserialize
        @JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.NONE)
        static final class Json {
            @Nullable String name;

            @Nullable Integer count;

            @JsonProperty("name")
            public void setName(String name) {
                this.name = name;
            }

            @JsonProperty("count")
            public void setCount(Integer count) {
                this.count = count;
            }

            public String name() {
                throw new UnsupportedOperationException();
            }
        }

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static ImmutableOrder fromJson(Json json) {
            return new ImmutableOrder(Objects.requireNonNull(json.name), Objects.requireNonNull(json.count));
        }
    }

    record HoldsImmutables(ImmutableOrder order, List<ImmutableOrder> more) {}

    /** Immutables: with an attribute that is derived, and so is not among those that are read. */
    static final class ImmutableDerived {
        private final String name;
        private final int length;

        private ImmutableDerived(String name) {
            this.name = name;
            this.length = name.length();
        }

        @JsonProperty("name")
        public String name() {
            return name;
        }

        @JsonProperty("length")
        public int length() {
            return length;
        }

        @JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.NONE)
        static final class Json {
            @Nullable String name;

            @JsonProperty("name")
            public void setName(String name) {
                this.name = name;
            }
        }

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static ImmutableDerived fromJson(Json json) {
            return new ImmutableDerived(Objects.requireNonNull(json.name));
        }
    }

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
