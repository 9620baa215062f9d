package io.eventsource.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.eventsource.context.MetadataContext;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventHeader;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRevision;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Withdrawn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class InterceptedEventHandlersTests {

    private final List<String> told = new ArrayList<>();
    private final HandlerInterceptor interceptor = (handlers, events, call) -> {
        told.add("[" + handlers.name() + " " + events.size());
        call.run();
        told.add("]");
    };

    private static EventEnvelope<Object> event(Object payload) {
        String type = TestEvents.registry().descriptorOf(payload.getClass()).name();
        return new EventEnvelope<>(
                new EventHeader(
                        1,
                        UUID.randomUUID(),
                        UUID.randomUUID(),
                        "account",
                        1,
                        new EventRevision(type, 1),
                        Instant.EPOCH,
                        Instant.EPOCH,
                        EventMetadata.none()),
                payload);
    }

    private static final List<EventEnvelope<Object>> EVENTS = List.of(
            event(new Deposited(1)),
            event(new Deposited(2)),
            event(new Withdrawn(3)),
            event(new Withdrawn(4)),
            event(new Deposited(5)));

    /** One method for batches, one for single events. */
    @Projection("mixed")
    final class Mixed {

        @EventHandler
        void deposited(List<Deposited> deposits) {
            told.add("deposits " + deposits.size());
        }

        @EventHandler
        void withdrawn(Withdrawn withdrawn) {
            told.add("withdrawal caused by "
                    + (MetadataContext.current().causationId() == null ? "nothing" : "its event"));
        }
    }

    /** As an application may write it. */
    private class EventByEvent implements EventHandlers {

        @Override
        public String name() {
            return "own";
        }

        @Override
        public Set<String> eventTypes() {
            return Set.of("deposited", "withdrawn");
        }

        @Override
        public void handle(EventEnvelope<Object> event) {
            told.add("one");
        }
    }

    private final class AllAtOnce extends EventByEvent {

        @Override
        public void handleAll(List<EventEnvelope<Object>> events) {
            told.add("all " + events.size());
        }
    }

    @Test
    void methods_are_intercepted_call_by_call_with_their_batches_whole() {
        InterceptedEventHandlers.of(MethodEventHandlers.of(new Mixed(), TestEvents.registry()), List.of(interceptor))
                .handleAll(EVENTS);

        assertThat(told)
                .containsExactly(
                        "[mixed 2",
                        "deposits 2",
                        "]",
                        "[mixed 1",
                        "withdrawal caused by its event",
                        "]",
                        "[mixed 1",
                        "withdrawal caused by its event",
                        "]",
                        "[mixed 1",
                        "deposits 1",
                        "]");
    }

    @Test
    void other_handlers_are_intercepted_event_by_event() {
        InterceptedEventHandlers.of(new EventByEvent(), List.of(interceptor)).handleAll(EVENTS.subList(0, 2));

        assertThat(told).containsExactly("[own 1", "one", "]", "[own 1", "one", "]");
    }

    @Test
    void other_handlers_that_take_batches_keep_them() {
        InterceptedEventHandlers.of(new AllAtOnce(), List.of(interceptor)).handleAll(EVENTS);

        assertThat(told).containsExactly("[own 5", "all 5", "]");
    }

    @Test
    void a_single_event_is_intercepted_too() {
        InterceptedEventHandlers.of(new EventByEvent(), List.of(interceptor)).handle(EVENTS.get(0));

        assertThat(told).containsExactly("[own 1", "one", "]");
    }

    @Test
    void the_first_interceptor_is_the_outermost_and_what_is_thrown_passes_through_all() {
        List<HandlerInterceptor> both = List.of(interceptor, (handlers, events, call) -> {
            told.add("inner");
            throw new IllegalStateException("told to fail");
        });

        assertThatIllegalStateException()
                .isThrownBy(() ->
                        InterceptedEventHandlers.of(new EventByEvent(), both).handleAll(EVENTS))
                .withMessage("told to fail");
        assertThat(told).containsExactly("[own 1", "inner");
    }

    private final class UndecodedWithReset extends EventByEvent {

        @Override
        public boolean undecoded() {
            return true;
        }

        @Override
        public Runnable resetHandler() {
            return () -> told.add("reset");
        }
    }

    @Test
    void handlers_that_take_events_as_they_are_stored_and_can_be_reset_still_do_and_can() {
        EventHandlers handlers = InterceptedEventHandlers.of(new UndecodedWithReset(), List.of(interceptor));

        Runnable reset = handlers.resetHandler();

        assertThat(handlers.undecoded()).isTrue();
        assertThat(reset).isNotNull();
        Objects.requireNonNull(reset).run();
        assertThat(told).containsExactly("reset");
    }

    @Test
    void without_interceptors_nothing_is_wrapped() {
        EventHandlers handlers = new EventByEvent();

        assertThat(InterceptedEventHandlers.of(handlers, List.of())).isSameAs(handlers);
    }
}
