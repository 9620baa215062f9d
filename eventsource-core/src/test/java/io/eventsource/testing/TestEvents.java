package io.eventsource.testing;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventType;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.payload.Unproven;
import java.util.List;

/** Events of an account, and some whose payloads are hard to keep. */
public final class TestEvents {

    private TestEvents() {}

    public sealed interface AccountEvent permits Deposited, Withdrawn {}

    @EventType("deposited")
    public record Deposited(long amount) implements AccountEvent {}

    @EventType(value = "withdrawn", revision = 3)
    public record Withdrawn(long amount) implements AccountEvent {}

    @EventType("noted")
    public record Noted(String text) {}

    @EventType("measured")
    public record Measured(double value, float small) {}

    @EventType("nested")
    public record Nested(@Unproven("lists and texts only") List<Object> tree) {}

    /** Bears no name. */
    public record Nameless(String text) {}

    public static EventRegistry registry() {
        return EventRegistry.of(Deposited.class, Withdrawn.class, Noted.class, Measured.class, Nested.class);
    }

    public static EventCodec codec() {
        return codec(registry());
    }

    public static EventCodec codec(EventRegistry registry) {
        return new EventCodec(registry, PayloadSerializer.json());
    }
}
