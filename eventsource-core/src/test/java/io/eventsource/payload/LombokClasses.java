package io.eventsource.payload;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.beans.ConstructorProperties;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonPOJOBuilder;

/** Classes in the form in which Lombok writes them. */
@SuppressWarnings({"unused", "MemberName", "ClassCanBeStatic", "DoNotCallSuggester", "SameNameButDifferent"})
final class LombokClasses {

    private LombokClasses() {}

    /** Lombok: {@code @Value} with {@code lombok.anyConstructor.addConstructorProperties}. */
    static final class LombokValue extends GeneratedValues {
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
    static final class LombokBuilt extends GeneratedValues {
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
}
