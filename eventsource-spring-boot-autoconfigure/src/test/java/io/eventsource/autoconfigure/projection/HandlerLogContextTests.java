package io.eventsource.autoconfigure.projection;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventHeader;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRevision;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class HandlerLogContextTests {

    private static final UUID ONE = UUID.randomUUID();

    private final HandlerLogContext context = new HandlerLogContext();

    @AfterEach
    void clear() {
        MDC.clear();
    }

    private static EventEnvelope<Object> event(long position, UUID aggregate, String correlation) {
        return new EventEnvelope<>(
                new EventHeader(
                        position,
                        UUID.randomUUID(),
                        aggregate,
                        "Account",
                        1,
                        new EventRevision("deposited", 1),
                        Instant.EPOCH,
                        Instant.EPOCH,
                        EventMetadata.none().withCorrelationId(correlation)),
                "payload",
                1,
                1);
    }

    private Map<String, String> seenOf(List<EventEnvelope<Object>> events) {
        AtomicReference<Map<String, String>> seen = new AtomicReference<>(Map.of());
        context.around(
                new Handlers("deposits", event -> {}),
                events,
                () -> seen.set(Objects.requireNonNull(MDC.getCopyOfContextMap())));
        return Objects.requireNonNull(seen.get());
    }

    @Test
    void a_batch_of_one_aggregate_and_request_names_both() {
        assertThat(seenOf(List.of(event(7, ONE, "order-7"), event(9, ONE, "order-7"))))
                .containsEntry("subscription.name", "deposits")
                .containsEntry("event.position", "7-9")
                .containsEntry("event.type", "deposited")
                .containsEntry("aggregate.id", ONE.toString())
                .containsEntry("aggregate.type", "Account")
                .containsEntry("correlation.id", "order-7")
                .doesNotContainKey("event.id");
        assertThat(MDC.get("aggregate.id")).isNull();
    }

    @Test
    void a_batch_of_several_names_each_once_and_ten_at_most() {
        UUID other = UUID.randomUUID();
        assertThat(seenOf(List.of(event(1, ONE, "a"), event(2, other, "b"), event(3, ONE, "a"))))
                .containsEntry("aggregate.id", ONE + "," + other)
                .containsEntry("correlation.id", "a,b");

        List<EventEnvelope<Object>> many = LongStream.rangeClosed(1, 500)
                .mapToObj(position -> event(position, UUID.randomUUID(), "request-" + position))
                .toList();
        assertThat(seenOf(many).get("correlation.id"))
                .startsWith("request-1,request-2,")
                .endsWith("request-10,…")
                .doesNotContain("request-11");
    }
}
