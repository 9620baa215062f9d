package io.eventsource.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.event.EventCodec.EncodedPayload;
import io.eventsource.payload.EventEncodingException;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EventCodecTests {

    @EventType("rich")
    record Rich(
            UUID id,
            Instant instant,
            OffsetDateTime offset,
            Duration duration,
            BigDecimal amount,
            List<String> list,
            Map<String, Integer> map,
            Optional<String> none) {}

    /** Cannot be written: it holds itself. */
    @EventType("cyclic")
    public static final class Cyclic {
        public Cyclic getSelf() {
            return this;
        }
    }

    private static EventEnvelope<Object> decode(EventCodec codec, String type, String json) {
        return codec.decode(stored(type, json)).get(0);
    }

    private static StoredEvent stored(String type, String json) {
        return new StoredEvent(
                new EventHeader(
                        7,
                        UUID.randomUUID(),
                        new UUID(1, 2),
                        "account",
                        3,
                        new EventRevision(type, 1),
                        Instant.EPOCH,
                        Instant.EPOCH,
                        EventMetadata.none()),
                json);
    }

    @Test
    void values_of_every_kind_come_back() {
        EventCodec codec = TestEvents.codec(EventRegistry.of(Rich.class));
        Rich rich = new Rich(
                UUID.randomUUID(),
                Instant.parse("2026-01-02T03:04:05.123456789Z"),
                OffsetDateTime.parse("2026-01-02T03:04:05+05:30"),
                Duration.ofMillis(1234),
                new BigDecimal("12345678901234567890.123456789"),
                List.of("a", ""),
                Map.of("x", 1),
                Optional.empty());

        EncodedPayload encoded = codec.encode(rich);

        assertThat(encoded.eventType()).isEqualTo("rich");
        assertThat(encoded.json()).contains("2026-01-02T03:04:05.123456789Z").contains("+05:30");
        assertThat(decode(codec, "rich", encoded.json()).payload()).isEqualTo(rich);
    }

    @Test
    void unknown_fields_are_ignored_and_a_missing_number_is_refused() {
        EventCodec codec = TestEvents.codec();
        assertThat(decode(codec, "deposited", "{\"amount\": 5, \"later\": true}")
                        .payload())
                .isEqualTo(new Deposited(5));
        for (String json : List.of("{\"amount\": null}", "{\"amount\": \"many\"}", "null", "[1]", "{}")) {
            assertThatExceptionOfType(EventDecodingException.class)
                    .as(json)
                    .isThrownBy(() -> decode(codec, "deposited", json))
                    .withMessageContaining(Deposited.class.getName())
                    .withMessageContaining("position 7")
                    .withMessageContaining("version 3");
        }
    }

    @Test
    void a_payload_that_cannot_be_written_is_refused_with_its_class() {
        EventCodec codec = TestEvents.codec(EventRegistry.of(Cyclic.class));
        assertThatExceptionOfType(EventEncodingException.class)
                .isThrownBy(() -> codec.encode(new Cyclic()))
                .withMessageContaining(Cyclic.class.getName());
    }
}
