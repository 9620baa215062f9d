package io.eventsource.payload;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.annotation.JsonDeserialize;

/** Classes in the form in which Immutables writes them. */
@SuppressWarnings({"unused", "MemberName", "ClassCanBeStatic", "DoNotCallSuggester", "SameNameButDifferent"})
final class ImmutablesClasses {

    private ImmutablesClasses() {}

    /** Immutables: the value that it writes for an interface with two attributes. */
    static final class ImmutableOrder extends GeneratedValues {
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
}
