package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.event.EventCodec;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventType;
import io.eventsource.payload.EventEncodingException;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.payload.Unproven;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.StreamAppend.NewEvent;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Values at the limits of JSON, Jackson and PostgreSQL: read back equal, or refused where the append stands. */
@OnEachPostgres
@SuppressWarnings("ArrayRecordComponent")
class StorableValuesIT {

    @EventType("priced")
    record Priced(String product, List<Line> lines) {
        record Line(BigDecimal price) {}
    }

    @EventType("counted")
    record Counted(BigInteger count) {}

    @EventType("measured-often")
    record MeasuredOften(double[] values) {}

    @EventType("named")
    record Named(Map<String, String> names) {}

    @EventType("written")
    record Written(@Unproven("its layout is not kept") String json) {}

    private final TestDatabase database;
    private final EventStore store;
    private final UUID id = UUID.randomUUID();

    StorableValuesIT(TestDatabase database) {
        this.database = database;
        this.store = store(PayloadSerializer.json());
    }

    private EventStore store(PayloadSerializer serializer) {
        EventRegistry registry =
                EventRegistry.of(Priced.class, Counted.class, MeasuredOften.class, Named.class, Written.class);
        return database.store(new EventCodec(registry, serializer), new LogSignal());
    }

    private static Priced priced(String price) {
        return new Priced("tea", List.of(new Priced.Line(BigDecimal.ONE), new Priced.Line(new BigDecimal(price))));
    }

    private Object stored(Object event) {
        UUID stream = UUID.randomUUID();
        store.append(StreamAppend.to("thing", stream, event));
        return store.readStreamSlice(StreamQuery.of(stream)).events().get(0).payload();
    }

    @Test
    void numbers_that_only_postgresql_prints_long_are_read_back_equal() {
        for (String price : List.of("1E+1000", "1E-1200", "9".repeat(1_001), "1E-16383", "-" + "7".repeat(131_072))) {
            assertThat(stored(priced(price))).as(price.substring(0, 7)).isEqualTo(priced(price));
        }
        assertThat(stored(new Counted(BigInteger.TEN.pow(2_000)))).isEqualTo(new Counted(BigInteger.TEN.pow(2_000)));
    }

    @Test
    void the_scale_of_a_decimal_and_the_sign_of_zero_are_kept() {
        for (String price : List.of("1E+2", "1.10", "1.1", "0E-5", "0E+3", "0", "-0.00")) {
            assertThat(stored(priced(price))).as(price).isEqualTo(priced(price));
        }
        MeasuredOften back =
                (MeasuredOften) stored(new MeasuredOften(new double[] {-0.0, 0.0, 1e300, Double.MIN_VALUE}));
        assertThat(back.values()).containsExactly(-0.0, 0.0, 1e300, Double.MIN_VALUE);
        assertThat(Double.doubleToLongBits(back.values()[0])).isEqualTo(Double.doubleToLongBits(-0.0));
    }

    @Test
    void times_of_every_age_are_read_back_equal() {
        List<Instant> times = Stream.of(
                        "0001-01-01T00:00:00Z",
                        "1582-10-10T12:00:00Z",
                        "1899-12-31T23:59:59.999999Z",
                        "1900-01-01T00:00:00.000001Z",
                        "1969-12-31T23:59:59.999999Z",
                        "2026-03-29T01:30:00.5Z",
                        "2999-12-31T23:59:59.999999Z",
                        "9999-12-31T23:59:59.999999Z")
                .map(Instant::parse)
                .toList();
        List<NewEvent> events = times.stream()
                .map(time -> new NewEvent(priced("1"), null, time, null))
                .toList();
        store.append(new StreamAppend("thing", id, ExpectedVersion.any(), null, EventMetadata.none(), events));

        // the driver reads text first, and binary once it has prepared the statement
        for (int read = 1; read <= 10; read++) {
            assertThat(store.readStream(StreamQuery.of(id)))
                    .extracting(EventEnvelope::timestamp)
                    .containsExactlyElementsOf(times);
        }
    }

    @Test
    void times_before_the_year_1_and_after_9999_are_refused_by_name() {
        for (String time : List.of("0000-12-31T23:59:59.999999Z", "-4000-01-01T00:00:00Z", "+10000-01-01T00:00:00Z")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new NewEvent(priced("1"), null, Instant.parse(time), null))
                    .withMessage(
                            "The timestamp of an event of %s must be in the years 1 to 9999, but it is %s",
                            Priced.class.getName(), time);
        }
    }

    @Test
    void numbers_that_postgresql_cannot_hold_are_refused_with_class_and_component() {
        for (String price : List.of(
                "1E+131072", "1E+200000", "1E-16384", "1E-20000", "1".repeat(131_073), "0." + "1".repeat(16_384))) {
            assertThatExceptionOfType(EventEncodingException.class)
                    .as(price.substring(0, 7))
                    .isThrownBy(() -> stored(priced(price)))
                    .satisfies(refusal -> assertThat(refusal.eventClass()).isEqualTo(Priced.class))
                    .satisfies(refusal -> assertThat(refusal.component()).isEqualTo("lines[1].price"))
                    .withMessageContaining("of which PostgreSQL stores");
        }
    }

    @Test
    void in_a_transaction_they_are_refused_where_the_append_stands_and_it_goes_on() {
        database.transaction().executeWithoutResult(transaction -> {
            store.append(StreamAppend.to("thing", id, priced("1")));
            assertThatExceptionOfType(EventEncodingException.class)
                    .isThrownBy(() -> store.append(StreamAppend.to("thing", id, priced("1E+200000"))));
            assertThatExceptionOfType(EventEncodingException.class)
                    .isThrownBy(() -> store.append(List.of(StreamAppend.to("thing", id, priced("1E-20000")))));
            store.append(StreamAppend.to("thing", id, priced("2")));
        });
        assertThat(store.readStreamSlice(StreamQuery.of(id)).events()).hasSize(2);
    }

    @Test
    void a_bulk_load_and_an_append_without_waiting_refuse_them_too() {
        StreamAppend append = StreamAppend.to("thing", id, priced("1E+200000"));
        assertThatExceptionOfType(EventEncodingException.class).isThrownBy(() -> store.appendAsync(append));
        assertThatExceptionOfType(EventEncodingException.class)
                .isThrownBy(() -> store.load(Stream.of(append), progress -> {}));
        assertThat(store.describeStream(id)).isEmpty();
    }

    @Test
    void many_numbers_that_postgresql_would_print_too_long_are_refused() {
        double[] values = new double[900_000];
        Arrays.fill(values, 1e308);
        assertThatExceptionOfType(EventEncodingException.class)
                .isThrownBy(() -> stored(new MeasuredOften(values)))
                .withMessageContaining("bytes as PostgreSQL prints it");
        double[] fewer = Arrays.copyOf(values, 10_000);
        assertThat(((MeasuredOften) stored(new MeasuredOften(fewer))).values()).containsExactly(fewer);
    }

    @Test
    void long_names_of_properties_and_headers_are_read_back() {
        Named named = new Named(Map.of("n".repeat(60_000), "value"));
        assertThat(stored(named)).isEqualTo(named);
        UUID stream = UUID.randomUUID();
        EventMetadata metadata = EventMetadata.none().withHeader("h".repeat(60_000), "v".repeat(200_000));
        store.append(StreamAppend.to("thing", stream, named).withMetadata(metadata));
        assertThat(store.readStreamSlice(StreamQuery.of(stream))
                        .events()
                        .get(0)
                        .metadata()
                        .headers())
                .isEqualTo(metadata.headers());
    }

    /** A serializer of the application's own, which writes what it is told. */
    private static final class Verbatim implements PayloadSerializer {

        @Override
        public String serialize(Object value) {
            return ((Written) value).json();
        }

        @Override
        public <T> T deserialize(String json, Class<T> type) {
            return type.cast(new Written(json));
        }
    }

    @Test
    void what_a_serializer_of_the_application_writes_is_held_to_the_same_limits() {
        EventStore verbatim = store(new Verbatim());
        String deep = "[".repeat(1_000) + "]".repeat(1_000);
        verbatim.append(StreamAppend.to("thing", id, new Written(deep)));
        for (String json : List.of(
                "[1, {\"a\": -0.0}]",
                "[1, {\"a\": 1E+131072}]",
                "[1, {\"a\": \"\\ud800\"}]",
                "[1, {\"a\": \"\\ud800\\u0041\"}]",
                "[1, {\"a\": \"\\u0000\"}]",
                "[1, {\"a\": \"\ud800\"}]")) {
            assertThatExceptionOfType(EventEncodingException.class)
                    .as(json)
                    .isThrownBy(() -> verbatim.append(StreamAppend.to("thing", id, new Written(json))))
                    .satisfies(refusal -> assertThat(refusal.component()).isEqualTo("[1].a"));
        }
        for (String json : List.of("[".repeat(1_001) + "]".repeat(1_001), "{\"a\": 1, \"a\": 2}", "{\"a\": }", "")) {
            assertThatExceptionOfType(EventEncodingException.class)
                    .isThrownBy(() -> verbatim.append(StreamAppend.to("thing", id, new Written(json))));
        }
        // both halves of a pair, and what only looks like U+0000
        for (String json : Collections.unmodifiableList(Arrays.asList("[\"\\ud83d\\ude00\"]", "[\"\\\\u0000\"]"))) {
            verbatim.append(StreamAppend.to("thing", UUID.randomUUID(), new Written(json)));
        }
    }

    @Test
    void an_edited_dead_letter_is_held_to_the_same_limits_with_the_place() {
        DeadLetterRepository letters = DeadLetterRepository.postgres(database.dataSource(), TestDatabase.SCHEMA);
        for (String payload : List.of("{\"a\": [1, 1E+200000]}", "{\"a\": [1, 1E-20000]}")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> letters.edit(1, payload, "ada", "mended"))
                    .withMessageContaining("(a[1])")
                    .withMessageContaining("The payload holds a number of");
        }
    }
}
