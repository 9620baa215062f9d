package io.eventsource.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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
import io.eventsource.event.EventCodec;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventType;
import io.eventsource.payload.UnprovenTypeException.TypeFinding;
import java.io.InputStream;
import java.io.Serializable;
import java.math.BigDecimal;
import java.net.URL;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Calendar;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.IntNode;

/** Classes whose values would not come back, each by a way of its own: refused before the first value. */
@SuppressWarnings({"unused", "JavaUtilDate", "ArrayRecordComponent", "ClassCanBeStatic"})
class RefusedTypesTests {

    sealed interface Shape permits Circle, Square {}

    record Circle(int radius) implements Shape {}

    record Square(int side) implements Shape {}

    record HoldsSealed(Shape shape) {}

    record HoldsSealedList(List<Line> lines) {
        record Line(Shape shape) {}
    }

    record HoldsSealedMap(Map<String, Shape> shapes) {}

    record HoldsSealedArray(Shape[] shapes) {}

    record HoldsSealedOptional(Optional<Shape> shape) {}

    abstract static class Animal {
        public String name = "";
    }

    record HoldsAbstract(Animal animal) {}

    static final class NoGetters {
        private final int n;

        NoGetters(int n) {
            this.n = n;
        }

        int n() {
            return n;
        }
    }

    record HoldsNoGetters(NoGetters value) {}

    static final class NoCreator {
        private final int n;

        NoCreator(int n, boolean other) {
            this.n = n;
        }

        public int getN() {
            return n;
        }
    }

    static class GetterOnly {
        private final List<String> names = new ArrayList<>();
        private final int count = 1;

        public int getCount() {
            return count;
        }
    }

    record Key(int a, int b) {}

    record RecordKeys(Map<Key, String> map) {}

    record ObjectKeys(Map<Object, String> map) {}

    record ListKeys(Map<List<String>, String> map) {}

    record HoldsThread(Thread thread) {}

    record HoldsStream(InputStream stream) {}

    record HoldsRunnable(Runnable runnable) {}

    record HoldsSupplier(Supplier<String> supplier) {}

    record HoldsIterator(Iterator<String> iterator) {}

    record HoldsUrl(URL url) {}

    record HoldsCalendar(Calendar calendar) {}

    record HoldsTimestamp(Timestamp timestamp) {}

    record HoldsBits(BitSet bits) {}

    record HoldsThrowable(Exception exception) {}

    record HoldsReference(AtomicReference<String> reference) {}

    record HoldsNumber(Number number) {}

    record HoldsText(CharSequence text) {}

    record HoldsSerializable(Serializable value) {}

    record HoldsObject(Object value) {}

    record HoldsObjects(List<Object> values) {}

    @SuppressWarnings("rawtypes")
    record HoldsRaw(List values) {}

    record HoldsWildcard(List<?> values) {}

    record HoldsCollection(Collection<String> values) {}

    record HoldsIterable(Iterable<String> values) {}

    record Variable<T>(T value) {}

    record NestedVariable<T>(List<Map<String, T>> values) {}

    record BoundVariable<T extends Number>(T value) {}

    static class OwnList extends ArrayList<String> {
        private static final long serialVersionUID = 1L;
        public String label = "";
    }

    record HoldsOwnList(OwnList list) {}

    static class OwnMap extends HashMap<String, String> {
        private static final long serialVersionUID = 1L;
    }

    record HoldsOwnMap(OwnMap map) {}

    record SetOfArrays(Set<byte[]> values) {}

    record NestedOptional(Optional<Optional<String>> value) {}

    record OptionalInList(List<Optional<String>> values) {}

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

    record Unwrapped(@JsonUnwrapped Key key) {}

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

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of(HoldsSealed.class, "shape"),
                Arguments.of(HoldsSealedList.class, "lines[].shape"),
                Arguments.of(HoldsSealedMap.class, "shapes{}"),
                Arguments.of(HoldsSealedArray.class, "shapes[]"),
                Arguments.of(HoldsSealedOptional.class, "shape?"),
                Arguments.of(HoldsAbstract.class, "animal"),
                Arguments.of(NoGetters.class, "n"),
                Arguments.of(HoldsNoGetters.class, "value.n"),
                Arguments.of(NoCreator.class, ""),
                Arguments.of(GetterOnly.class, "count"),
                Arguments.of(RecordKeys.class, "map{key}"),
                Arguments.of(ObjectKeys.class, "map{key}"),
                Arguments.of(ListKeys.class, "map{key}"),
                Arguments.of(HoldsThread.class, "thread"),
                Arguments.of(HoldsStream.class, "stream"),
                Arguments.of(HoldsRunnable.class, "runnable"),
                Arguments.of(HoldsSupplier.class, "supplier"),
                Arguments.of(HoldsIterator.class, "iterator"),
                Arguments.of(HoldsUrl.class, "url"),
                Arguments.of(HoldsCalendar.class, "calendar"),
                Arguments.of(HoldsTimestamp.class, "timestamp"),
                Arguments.of(HoldsBits.class, "bits"),
                Arguments.of(HoldsThrowable.class, "exception"),
                Arguments.of(HoldsReference.class, "reference"),
                Arguments.of(HoldsNumber.class, "number"),
                Arguments.of(HoldsText.class, "text"),
                Arguments.of(HoldsSerializable.class, "value"),
                Arguments.of(HoldsObject.class, "value"),
                Arguments.of(HoldsObjects.class, "values[]"),
                Arguments.of(HoldsRaw.class, "values[]"),
                Arguments.of(HoldsWildcard.class, "values[]"),
                Arguments.of(HoldsCollection.class, "values"),
                Arguments.of(HoldsIterable.class, "values"),
                Arguments.of(Variable.class, "value"),
                Arguments.of(NestedVariable.class, "values[]{}"),
                Arguments.of(BoundVariable.class, "value"),
                Arguments.of(HoldsOwnList.class, "list"),
                Arguments.of(HoldsOwnMap.class, "map"),
                Arguments.of(SetOfArrays.class, "values[]"),
                Arguments.of(NestedOptional.class, "value"),
                Arguments.of(OptionalInList.class, "values[]"),
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

    @ParameterizedTest
    @MethodSource("refused")
    void a_class_whose_values_would_not_come_back_is_refused_with_its_component(Class<?> type, String component) {
        PayloadProof proof = new PayloadProof(new JacksonPayloadSerializer());
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
    record Two(Shape shape) {}

    @EventType("three")
    record Three(BigDecimal amount) {}

    @Test
    void a_codec_is_refused_with_all_classes_and_components_at_once() {
        EventRegistry registry = EventRegistry.of(One.class, Two.class, Three.class);
        assertThatExceptionOfType(UnprovenTypeException.class)
                .isThrownBy(() -> new EventCodec(registry, new JacksonPayloadSerializer()))
                .satisfies(refusal -> assertThat(refusal.findings())
                        .extracting(TypeFinding::type)
                        .containsExactly(One.class, Two.class))
                .withMessageContaining("@JsonTypeInfo");
    }

    @Test
    void a_mapper_that_loses_offsets_is_refused_with_the_component() {
        record Offset(java.time.OffsetDateTime at) {}
        PayloadProof proof = new PayloadProof(
                new JacksonPayloadSerializer(JsonMapper.builder().build()));
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
        proof.prove(List.of(HoldsSealed.class, HoldsObject.class));
        for (Class<?> type : List.of(HoldsThread.class, HoldsStream.class, HoldsRunnable.class, HoldsSupplier.class)) {
            assertThatExceptionOfType(UnprovenTypeException.class)
                    .as(type.getName())
                    .isThrownBy(() -> proof.prove(List.of(type)));
        }
    }
}
