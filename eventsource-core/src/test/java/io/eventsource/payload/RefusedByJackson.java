package io.eventsource.payload;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIdentityInfo;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.annotation.ObjectIdGenerators;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.node.IntNode;

/** Classes whose values would not come back, because of how Jackson writes or reads them. */
@SuppressWarnings({"unused", "JavaUtilDate", "ArrayRecordComponent", "ClassCanBeStatic"})
final class RefusedByJackson {

    private RefusedByJackson() {}

    /** Each class with the component that the refusal names. */
    static Stream<Arguments> cases() {
        return Stream.of(
                Arguments.of(Ignored.class, "lost"),
                Arguments.of(WriteOnly.class, "secret"),
                Arguments.of(ReadOnly.class, "name"),
                Arguments.of(Transient.class, "lost"),
                Arguments.of(Hidden.class, "lost"),
                Arguments.of(OtherInclusion.class, "list"),
                Arguments.of(DefaultInclusion.class, "number"),
                Arguments.of(ContentInclusion.class, "map"),
                Arguments.of(AbsentOptional.class, "value"),
                Arguments.of(EmptyForNull.class, "list"),
                Arguments.of(FailForNull.class, "text"),
                Arguments.of(DayOnly.class, "time"),
                Arguments.of(MinuteOnly.class, "time"),
                Arguments.of(Unwrapped.class, "key"),
                Arguments.of(Identified.class, ""),
                Arguments.of(Any.class, ""),
                Arguments.of(HoldsAmbiguous.class, "value"),
                Arguments.of(KeyedByAmbiguous.class, "map{key}"),
                Arguments.of(HoldsAsObject.class, "value"),
                Arguments.of(HoldsValueOnly.class, "value"),
                Arguments.of(OnlySerializer.class, "text"),
                Arguments.of(WrittenAsOther.class, "time"),
                Arguments.of(HoldsSameName.class, "value(Dog)"),
                Arguments.of(HoldsUnnamed.class, "value"),
                Arguments.of(HoldsClashing.class, "value(Clash).kind"),
                Arguments.of(HoldsDeduced.class, "value"),
                Arguments.of(HoldsRatio.class, "ratio"),
                Arguments.of(HoldsNode.class, "node"),
                Arguments.of(Inner.class, ""),
                Arguments.of(Loses.class, "b"),
                Arguments.of(Invisible.class, "name"));
    }

    record Ignored(String kept, @JsonIgnore String lost) {}

    record WriteOnly(@JsonProperty(access = JsonProperty.Access.WRITE_ONLY) String secret) {}

    static class ReadOnly {
        @JsonProperty(access = JsonProperty.Access.READ_ONLY)
        public String name = "";
    }

    static class Transient {
        public String kept = "";
        private transient String lost = "";
    }

    static class Hidden {
        public String kept = "";
        private int lost;

        void change() {
            lost++;
        }
    }

    record OtherInclusion(@JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> list) {}

    record DefaultInclusion(@JsonInclude(JsonInclude.Include.NON_DEFAULT) int number) {}

    record ContentInclusion(@JsonInclude(content = JsonInclude.Include.NON_NULL) Map<String, String> map) {}

    record AbsentOptional(@JsonInclude(JsonInclude.Include.NON_NULL) Optional<String> value) {}

    record EmptyForNull(@JsonSetter(nulls = Nulls.AS_EMPTY) List<String> list) {}

    record FailForNull(@JsonSetter(nulls = Nulls.FAIL) String text) {}

    record DayOnly(@JsonFormat(pattern = "yyyy-MM-dd") LocalDateTime time) {}

    record MinuteOnly(@JsonFormat(pattern = "yyyy-MM-dd HH:mm", timezone = "UTC") Instant time) {}

    record Unwrapped(@JsonUnwrapped RefusedByType.Key key) {}

    @JsonIdentityInfo(generator = ObjectIdGenerators.IntSequenceGenerator.class)
    static class Identified {
        public String name = "";
    }

    static class Any {
        private final Map<String, String> entries = new HashMap<>();

        @JsonAnyGetter
        public Map<String, String> getEntries() {
            return entries;
        }

        @JsonAnySetter
        public void put(String name, String value) {
            entries.put(name, value);
        }
    }

    enum Ambiguous {
        ONE,
        UNO;

        @Override
        public String toString() {
            return "1";
        }
    }

    record HoldsAmbiguous(Ambiguous value) {}

    enum AmbiguousValue {
        ONE,
        UNO;

        @JsonValue
        public String text() {
            return "1";
        }
    }

    record KeyedByAmbiguous(Map<AmbiguousValue, String> map) {}

    @JsonFormat(shape = JsonFormat.Shape.OBJECT)
    enum AsObject {
        ONE;

        public int getNumber() {
            return 1;
        }
    }

    record HoldsAsObject(AsObject value) {}

    static final class ValueOnly {
        private final String text;
        private final int length;

        ValueOnly(String text, int length) {
            this.text = text;
            this.length = length;
        }

        @JsonValue
        public String text() {
            return text;
        }
    }

    record HoldsValueOnly(ValueOnly value) {}

    static final class Shouting extends ValueSerializer<String> {
        @Override
        public void serialize(String value, JsonGenerator generator, SerializationContext context) {
            generator.writeString(value.toUpperCase(java.util.Locale.ROOT));
        }
    }

    record OnlySerializer(@JsonSerialize(using = Shouting.class) String text) {}

    static final class WrittenAsOther {
        private final Instant time;

        @JsonCreator
        WrittenAsOther(@JsonProperty("time") Instant time) {
            this.time = time;
        }

        public long getTime() {
            return time.toEpochMilli();
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({@JsonSubTypes.Type(Dog.class), @JsonSubTypes.Type(Hound.class)})
    interface SameName {}

    @JsonTypeName("dog")
    record Dog(int a) implements SameName {}

    @JsonTypeName("dog")
    record Hound(int a) implements SameName {}

    record HoldsSameName(SameName value) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    interface Unnamed {}

    record HoldsUnnamed(Unnamed value) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    sealed interface Clashing permits Clash {}

    record Clash(String kind) implements Clashing {}

    record HoldsClashing(Clashing value) {}

    record HoldsNode(IntNode node) {}

    class Inner {
        public String name = "";
    }

    static final class Loses {
        private final String a;
        private final String b;

        @JsonCreator
        Loses(@JsonProperty("a") String a) {
            this.a = a;
            this.b = "";
        }

        public String getA() {
            return a;
        }

        public String getB() {
            return b;
        }
    }

    @JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.NONE, getterVisibility = JsonAutoDetect.Visibility.NONE)
    static class Invisible {
        public String name = "";
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
    sealed interface Deduced permits First, Second {}

    record First(String a) implements Deduced {}

    record Second(String b) implements Deduced {}

    record HoldsDeduced(Deduced value) {}

    record Ratio(@JsonValue Double value) {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        Ratio {}
    }

    record HoldsRatio(Ratio ratio) {}
}
