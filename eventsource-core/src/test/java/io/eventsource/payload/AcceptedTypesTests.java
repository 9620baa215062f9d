package io.eventsource.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
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
import java.util.Currency;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonPOJOBuilder;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

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
        PayloadProof proof = new PayloadProof(PayloadSerializer.json());
        proof.prove(List.of(value.getClass()));
        Object back = proof.copy(value);
        assertThat(ReadBack.difference(value, back)).isNull();
    }

    static class Base {
        public String name = "";
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
        PayloadSerializer serializer = PayloadSerializer.json();
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

    @Test
    void a_text_of_more_than_a_hundred_million_characters_is_read() {
        record Written(String text) {}
        String json = "{\"text\":\"" + "x".repeat(100_000_001) + "\"}";
        assertThat(PayloadSerializer.json()
                        .deserialize(json, Written.class)
                        .text()
                        .length())
                .isEqualTo(100_000_001);
    }

    @Test
    void a_mapper_of_the_application_reads_what_postgresql_gives_back() {
        PayloadSerializer serializer =
                PayloadSerializer.json(JsonMapper.builder().build());
        record Amount(BigDecimal value) {}
        Amount amount = new Amount(BigDecimal.TEN.pow(5_000));
        assertThat(serializer.deserialize(serializer.serialize(amount), Amount.class))
                .isEqualTo(amount);
        assertThat(Objects.requireNonNull(serializer.serialize(new Amount(new BigDecimal("1E+2")))))
                .isEqualTo("{\"value\":\"1E+2\"}");
    }
}
