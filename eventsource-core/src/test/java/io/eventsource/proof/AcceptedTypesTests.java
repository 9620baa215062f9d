package io.eventsource.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import io.eventsource.event.EventEncodingException;
import io.eventsource.event.JacksonPayloadSerializer;
import io.eventsource.event.PayloadProof;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Currency;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonPOJOBuilder;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.ser.std.StdScalarSerializer;

/** Classes and values that are accepted, and come back equal. */
@SuppressWarnings({"unused", "JavaUtilDate", "ArrayRecordComponent", "NullableOptional"})
class AcceptedTypesTests {

    record Empty() {}

    record Numbers(
            byte a, short b, int c, long d, float e, double f, @Nullable Integer g, BigDecimal h, BigInteger i) {}

    record Texts(String text, char letter, UUID id, URI uri, Locale locale, Currency currency, DayOfWeek day) {}

    record Times(
            Instant instant,
            LocalDate date,
            OffsetDateTime offset,
            ZonedDateTime zoned,
            ZoneId zone,
            Duration duration,
            Date old) {}

    record Containers(
            List<String> list, Set<Integer> set, Map<String, List<BigDecimal>> map, Map<LocalDate, Integer> byDate) {}

    record Nested(Optional<String> text, OptionalInt number, List<Line> lines, Map<UUID, Line> byId, Line[] array) {
        record Line(String product, BigDecimal price) {
            /** Computed, so not lost. */
            public BigDecimal getTwice() {
                return price.add(price);
            }

            public boolean isFree() {
                return price.signum() == 0;
            }
        }
    }

    record Arrays(byte[] bytes, int[] numbers, String[] texts, double[] doubles, float[][] matrix) {}

    record Tree(String name, List<Tree> children) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    sealed interface Payment permits Card, Cash {}

    record Card(String number) implements Payment {}

    record Cash(BigDecimal amount) implements Payment {}

    record Paid(Payment payment, List<Payment> earlier, Map<String, Payment> others) {}

    record Id(@JsonValue String text) {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        Id {}
    }

    record ById(Id id, Map<Id, Integer> counts) {}

    static final class Bean {
        private String name = "";
        private int count;

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
    }

    /** As a code generator makes it. */
    @JsonDeserialize(builder = Built.Builder.class)
    static final class Built {
        private final String name;

        private Built(String name) {
            this.name = name;
        }

        public String getName() {
            return name;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Built built && built.name.equals(name);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }

        @JsonPOJOBuilder(withPrefix = "")
        static final class Builder {
            private String name = "";

            public Builder name(String value) {
                this.name = value;
                return this;
            }

            public Built build() {
                return new Built(name);
            }
        }
    }

    record Renamed(@JsonProperty("n") String name, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String note) {}

    record Formatted(@JsonFormat(shape = JsonFormat.Shape.STRING) BigDecimal amount) {}

    record Money(BigDecimal amount, String currency) {}

    record Price(Money money, List<Money> more, Map<String, Money> byName) {}

    record TakenOn(
            String name,
            @Unproven("plain values") Map<String, Object> answers,
            @Unproven("a cache") @JsonIgnore String lost) {}

    @Unproven("of another library")
    interface Foreign {}

    record HoldsForeign(Foreign foreign, List<Foreign> more) {}

    record Days(Set<@Nullable DayOfWeek> days) {}

    record Json(@Nullable JsonNode node) {}

    static Stream<Object> accepted() {
        Bean bean = new Bean();
        bean.setName("a");
        bean.setCount(3);
        return Stream.of(
                new Empty(),
                new Numbers(
                        (byte) -1,
                        (short) 2,
                        3,
                        Long.MAX_VALUE,
                        -0.0f,
                        -0.0,
                        null,
                        new BigDecimal("1E+2"),
                        BigInteger.TEN.pow(100)),
                new Numbers((byte) 0, (short) 0, 0, 0, Float.NaN, 1e300, 7, new BigDecimal("-0E-7"), BigInteger.ONE),
                new Texts(
                        "\"a\"\n\u2028😀",
                        'x',
                        UUID.randomUUID(),
                        URI.create("urn:a"),
                        Locale.GERMANY,
                        Currency.getInstance("EUR"),
                        DayOfWeek.MONDAY),
                new Times(
                        Instant.MAX,
                        LocalDate.MIN,
                        OffsetDateTime.parse("2026-01-02T03:04:05.000000001+05:30"),
                        ZonedDateTime.parse("2026-10-25T02:30:00+01:00[Europe/Berlin]"),
                        ZoneId.of("UTC"),
                        Duration.ofSeconds(Long.MIN_VALUE, 1),
                        Date.from(Instant.ofEpochMilli(-1))),
                new Containers(
                        List.of("a"),
                        Set.of(1, 2),
                        Map.of("x", List.of(new BigDecimal("1.10"), new BigDecimal("1E+3"))),
                        new HashMap<>()),
                new Nested(
                        Optional.of("a"),
                        OptionalInt.empty(),
                        List.of(new Nested.Line("p", BigDecimal.ONE)),
                        Map.of(new UUID(1, 1), new Nested.Line("q", BigDecimal.ZERO)),
                        new Nested.Line[] {new Nested.Line("r", BigDecimal.TEN)}),
                new Arrays(
                        new byte[] {-1},
                        new int[] {1, 2},
                        new String[] {"a", null},
                        new double[] {-0.0, 0.1, Double.NaN},
                        new float[][] {{-0.0f, 0.1f}, {}}),
                new Tree("a", List.of(new Tree("b", List.of()), new Tree("c", List.of(new Tree("d", List.of()))))),
                new Paid(
                        new Card("1"),
                        List.of(new Cash(BigDecimal.ONE), new Card("2")),
                        Map.of("x", new Cash(BigDecimal.TEN))),
                new ById(new Id("a"), Map.of(new Id("b"), 1)),
                bean,
                Built.class.cast(new Built.Builder().name("built").build()),
                new Renamed("a", null),
                new Formatted(new BigDecimal("1E+2")),
                new Json(JsonNodeFactory.instance
                        .objectNode()
                        .put("a", 1.5)
                        .put("b", new BigDecimal("1.2345678901234567890123"))
                        .put("c", 5L)),
                new Days(new HashSet<>(java.util.Arrays.asList(DayOfWeek.MONDAY, null))),
                new Json(null));
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void a_value_of_a_proven_class_comes_back_equal(Object value) {
        PayloadProof proof = new PayloadProof(new JacksonPayloadSerializer());
        proof.prove(List.of(value.getClass()));
        Object back = proof.copy(value);
        assertThat(ReadBack.difference(value, back)).isNull();
    }

    private static final class MoneyWriter extends ValueSerializer<Money> {
        @Override
        public void serialize(Money money, JsonGenerator generator, SerializationContext context) {
            generator.writeString(money.amount().toPlainString() + " " + money.currency());
        }
    }

    private static final class MoneyReader extends ValueDeserializer<Money> {
        @Override
        public Money deserialize(JsonParser parser, DeserializationContext context) {
            String[] parts = parser.getString().split(" ", -1);
            return new Money(new BigDecimal(parts[0]), parts[1]);
        }
    }

    private static SimpleModule money() {
        return new SimpleModule("money")
                .addSerializer(Money.class, new MoneyWriter())
                .addDeserializer(Money.class, new MoneyReader());
    }

    @Test
    void a_module_of_the_application_is_added_to_the_librarys_settings() {
        JacksonPayloadSerializer serializer =
                new JacksonPayloadSerializer(List.of(builder -> builder.addModule(money())));
        PayloadProof proof = new PayloadProof(serializer);
        proof.prove(List.of(Price.class, Times.class));
        Price price = new Price(
                new Money(new BigDecimal("1.10"), "EUR"), List.of(new Money(BigDecimal.ONE, "USD")), Map.of());
        assertThat(proof.copy(price)).isEqualTo(price);
        assertThat(serializer.serialize(price)).contains("\"1.10 EUR\"");
    }

    @Test
    void a_module_that_loses_something_is_seen_at_the_first_value_with_its_component() {
        JacksonPayloadSerializer serializer =
                new JacksonPayloadSerializer(List.of(builder -> builder.addModule(money())));
        PayloadProof proof = new PayloadProof(serializer);
        proof.prove(List.of(Price.class));
        Price price = new Price(new Money(new BigDecimal("1E+2"), "EUR"), List.of(), Map.of());
        assertThatExceptionOfType(EventEncodingException.class)
                .isThrownBy(() -> proof.copy(price))
                .satisfies(refusal -> assertThat(refusal.component()).isEqualTo("money.amount"));
    }

    @Test
    void what_the_application_takes_on_is_neither_proven_nor_compared() {
        PayloadProof proof = new PayloadProof(new JacksonPayloadSerializer());
        proof.prove(List.of(TakenOn.class, HoldsForeign.class));
        Map<String, Object> answers = new LinkedHashMap<>();
        answers.put("long", 5L);
        answers.put("money", new Money(BigDecimal.ONE, "EUR"));
        TakenOn back = (TakenOn) proof.copy(new TakenOn("a", answers, "gone"));
        assertThat(back.name()).isEqualTo("a");
        assertThat(back.answers()).containsKey("money").containsEntry("long", 5);
        assertThat(back.lost()).isNull();
    }

    static class Base {
        public String name = "";
    }

    static class Derived extends Base {
        public String more = "";
    }

    record HoldsBase(Base base, List<Base> bases) {}

    @Test
    void a_value_of_a_class_that_extends_the_declared_one_is_refused_at_each_append() {
        PayloadProof proof = new PayloadProof(new JacksonPayloadSerializer());
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
        PayloadProof proof = new PayloadProof(new JacksonPayloadSerializer());
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

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({@JsonSubTypes.Type(Circle.class), @JsonSubTypes.Type(Square.class)})
    interface Shape {}

    record Circle(int radius) implements Shape {}

    interface Plain {}

    record Square(int side) implements Shape, Plain {}

    record Drawn(
            @Unproven("of a plug-in") Shape shape,
            @Unproven("of plug-ins") List<Shape> shapes,
            @Unproven("of plug-ins") Map<String, Shape> byName,
            @Unproven("none") @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) Plain any,
            @Unproven("in another form") @JsonFormat(shape = JsonFormat.Shape.STRING) BigDecimal amount,
            @Unproven("its values") Optional<Base> base) {}

    @Test
    void what_the_application_takes_on_keeps_its_type_information_and_format() {
        PayloadProof proof = new PayloadProof(new JacksonPayloadSerializer());
        proof.prove(List.of(Drawn.class));
        Drawn drawn = new Drawn(
                new Circle(1),
                List.of(new Square(2), new Circle(3)),
                Map.of("a", new Square(4)),
                new Square(5),
                BigDecimal.TEN,
                Optional.empty());
        assertThat(proof.copy(drawn)).isEqualTo(drawn);
        assertThat(proof.write(drawn, Drawn.class)).contains("\"10\"");
    }

    record Point(int x, int y) {}

    @JsonDeserialize(as = Named.class)
    interface HasName {
        String getName();
    }

    record Named(@JsonProperty("name") String getName) implements HasName {}

    record AtPlace(
            @JsonFormat(shape = JsonFormat.Shape.ARRAY) Point point,
            @JsonIgnoreProperties("unknown") Base base,
            HasName name) {}

    @Test
    void formats_of_a_component_are_kept_also_before_its_class_is_proven() {
        JacksonPayloadSerializer serializer = new JacksonPayloadSerializer();
        PayloadProof proof = new PayloadProof(serializer);
        AtPlace value = new AtPlace(new Point(1, 2), new Base(), new Named("n"));
        assertThatExceptionOfType(EventEncodingException.class).isThrownBy(() -> proof.write(value, AtPlace.class));
        proof.prove(List.of(AtPlace.class));
        assertThat(proof.write(value, AtPlace.class))
                .isEqualTo(serializer.serialize(value))
                .contains("[1,2]");
    }

    record CustomerId(@JsonValue Long value) {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        CustomerId {}
    }

    record Count(@JsonValue Integer value) {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        Count {}
    }

    record Flag(@JsonValue Boolean value) {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        Flag {}
    }

    record Sum(@JsonValue BigDecimal value) {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        Sum {}
    }

    record Serial(@JsonValue BigInteger value) {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        Serial {}
    }

    record Single(CustomerId customer, Count count, Flag flag, Sum amount, Serial serial, List<CustomerId> more) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    sealed interface Status permits Fixed, Other {}

    enum Fixed implements Status {
        OPEN,
        CLOSED
    }

    record Other(String reason) implements Status {}

    record HoldsStatus(Status status, List<Status> earlier) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    sealed interface Maybe<T> permits Some, None {}

    record Some<T>(T value) implements Maybe<T> {}

    record None<T>() implements Maybe<T> {}

    record HoldsMaybe(Maybe<Money> money, Maybe<List<Money>> more) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    sealed interface Level permits Grade {}

    enum Grade implements Level {
        LOW {},
        HIGH {}
    }

    record HoldsBodies(Level level) {}

    static Stream<Object> acceptedToo() {
        Money money = new Money(BigDecimal.ONE, "EUR");
        return Stream.of(
                new Single(
                        new CustomerId(Long.MAX_VALUE),
                        new Count(1),
                        new Flag(true),
                        new Sum(new BigDecimal("1.10")),
                        new Serial(BigInteger.TEN.pow(40)),
                        List.of(new CustomerId(5L))),
                new Single(
                        new CustomerId(0L),
                        new Count(-1),
                        new Flag(false),
                        new Sum(new BigDecimal("1E+2")),
                        new Serial(BigInteger.ONE),
                        List.of()),
                new HoldsStatus(Fixed.OPEN, List.of(new Other("a"), Fixed.CLOSED)),
                new HoldsMaybe(new Some<>(money), new Some<>(List.of(money))),
                new HoldsMaybe(new None<>(), new None<>()),
                new HoldsBodies(Grade.LOW),
                new HoldsBodies(Grade.HIGH));
    }

    @ParameterizedTest
    @MethodSource("acceptedToo")
    void single_values_and_subtypes_of_each_kind_come_back_equal(Object value) {
        a_value_of_a_proven_class_comes_back_equal(value);
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes(@JsonSubTypes.Type(Text.class))
    interface Content {}

    record Text(String text) implements Content {}

    record HoldsContent(Content content) {}

    private static final class TextReader extends ValueDeserializer<Text> {
        @Override
        public Text deserialize(JsonParser parser, DeserializationContext context) {
            return new Text(parser.getString());
        }
    }

    private static final class TextWriter extends StdScalarSerializer<Text> {
        TextWriter() {
            super(Text.class);
        }

        @Override
        public void serialize(Text text, JsonGenerator generator, SerializationContext context) {
            generator.writeString(text.text());
        }
    }

    private static final class UntypedWriter extends ValueSerializer<Text> {
        @Override
        public void serialize(Text text, JsonGenerator generator, SerializationContext context) {
            generator.writeString(text.text());
        }
    }

    private static PayloadProof contents(ValueSerializer<Text> writer) {
        SimpleModule module = new SimpleModule("text")
                .addSerializer(Text.class, writer)
                .addDeserializer(Text.class, new TextReader());
        return new PayloadProof(new JacksonPayloadSerializer(List.of(builder -> builder.addModule(module))));
    }

    @Test
    void a_subtype_with_a_serializer_of_the_application_needs_one_that_writes_types() {
        PayloadProof proof = contents(new TextWriter());
        proof.prove(List.of(HoldsContent.class));
        HoldsContent value = new HoldsContent(new Text("a"));
        assertThat(proof.copy(value)).isEqualTo(value);
        assertThatExceptionOfType(UnprovenTypeException.class)
                .isThrownBy(() -> contents(new UntypedWriter()).prove(List.of(HoldsContent.class)))
                .withMessageContaining("serializeWithType");
    }

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
        PayloadProof proof = new PayloadProof(new JacksonPayloadSerializer());
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
        PayloadProof proof = new PayloadProof(new JacksonPayloadSerializer());
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
        PayloadProof proof = new PayloadProof(new JacksonPayloadSerializer());
        proof.prove(List.of(Changing.class, SortedInto.class));
        assertThatExceptionOfType(EventEncodingException.class)
                .isThrownBy(() -> proof.copy(new Changing(1)))
                .satisfies(refusal -> assertThat(refusal.component()).isEqualTo("number"));
        SortedInto sorted = new SortedInto(List.of("b", "a"));
        assertThat(proof.copy(sorted)).isEqualTo(sorted);
    }

    @Test
    void a_tree_that_holds_itself_is_refused_and_not_followed_for_ever() {
        PayloadProof proof = new PayloadProof(new JacksonPayloadSerializer());
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
        PayloadProof proof = new PayloadProof(new JacksonPayloadSerializer());
        proof.prove(List.of(Keyed.class));
        assertThatExceptionOfType(EventEncodingException.class)
                .isThrownBy(() -> proof.copy(new Keyed(Collections.singletonMap(null, "a"))));
        Map<String, String> descending = new TreeMap<>(Collections.reverseOrder());
        descending.putAll(Map.of("a", "1", "bb", "2"));
        assertThat(proof.copy(new Keyed(descending))).isEqualTo(new Keyed(descending));
    }

    @Test
    void a_text_of_more_than_a_hundred_million_characters_is_read() {
        record Written(String text) {}
        String json = "{\"text\":\"" + "x".repeat(100_000_001) + "\"}";
        assertThat(new JacksonPayloadSerializer()
                        .deserialize(json, Written.class)
                        .text()
                        .length())
                .isEqualTo(100_000_001);
    }

    @Test
    void a_mapper_of_the_application_reads_what_postgresql_gives_back() {
        JacksonPayloadSerializer serializer =
                new JacksonPayloadSerializer(JsonMapper.builder().build());
        record Amount(BigDecimal value) {}
        Amount amount = new Amount(BigDecimal.TEN.pow(5_000));
        assertThat(serializer.deserialize(serializer.serialize(amount), Amount.class))
                .isEqualTo(amount);
        assertThat(Objects.requireNonNull(serializer.serialize(new Amount(new BigDecimal("1E+2")))))
                .isEqualTo("{\"value\":\"1E+2\"}");
    }
}
