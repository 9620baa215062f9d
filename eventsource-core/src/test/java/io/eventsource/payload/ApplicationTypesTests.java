package io.eventsource.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.eventsource.payload.AcceptedTypesTests.Base;
import io.eventsource.payload.AcceptedTypesTests.Money;
import io.eventsource.payload.AcceptedTypesTests.Times;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdScalarSerializer;

/** What an application adds to the settings of the library, and what it takes on itself. */
@SuppressWarnings({"unused", "JavaUtilDate", "ArrayRecordComponent", "NullableOptional"})
class ApplicationTypesTests {

    record Price(Money money, List<Money> more, Map<String, Money> byName) {}

    record TakenOn(
            String name,
            @Unproven("plain values") Map<String, Object> answers,
            @Unproven("a cache") @JsonIgnore String lost) {}

    @Unproven("of another library")
    interface Foreign {}

    record HoldsForeign(Foreign foreign, List<Foreign> more) {}

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
        PayloadSerializer serializer = PayloadSerializer.json(builder -> builder.addModule(money()));
        PayloadProof proof = new PayloadProof(serializer);
        proof.prove(List.of(Price.class, Times.class));
        Price price = new Price(
                new Money(new BigDecimal("1.10"), "EUR"), List.of(new Money(BigDecimal.ONE, "USD")), Map.of());
        assertThat(proof.copy(price)).isEqualTo(price);
        assertThat(serializer.serialize(price)).contains("\"1.10 EUR\"");
    }

    @Test
    void a_module_that_loses_something_is_seen_at_the_first_value_with_its_component() {
        PayloadSerializer serializer = PayloadSerializer.json(builder -> builder.addModule(money()));
        PayloadProof proof = new PayloadProof(serializer);
        proof.prove(List.of(Price.class));
        Price price = new Price(new Money(new BigDecimal("1E+2"), "EUR"), List.of(), Map.of());
        assertThatExceptionOfType(EventEncodingException.class)
                .isThrownBy(() -> proof.copy(price))
                .satisfies(refusal -> assertThat(refusal.component()).isEqualTo("money.amount"));
    }

    @Test
    void what_the_application_takes_on_is_neither_proven_nor_compared() {
        PayloadProof proof = new PayloadProof(PayloadSerializer.json());
        proof.prove(List.of(TakenOn.class, HoldsForeign.class));
        Map<String, Object> answers = new LinkedHashMap<>();
        answers.put("long", 5L);
        answers.put("money", new Money(BigDecimal.ONE, "EUR"));
        TakenOn back = (TakenOn) proof.copy(new TakenOn("a", answers, "gone"));
        assertThat(back.name()).isEqualTo("a");
        assertThat(back.answers()).containsKey("money").containsEntry("long", 5);
        assertThat(back.lost()).isNull();
    }

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
        PayloadProof proof = new PayloadProof(PayloadSerializer.json());
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
        return new PayloadProof(PayloadSerializer.json(builder -> builder.addModule(module)));
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
}
