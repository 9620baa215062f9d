package io.eventsource.test.assertion;

import io.eventsource.event.EventEnvelope;
import java.util.Collection;
import java.util.List;
import org.assertj.core.api.AbstractAssert;

/**
 * Assertions on events in their order, which name the first that differs and show all, one below the other.
 *
 * <pre>{@code
 * assertThatEvents(store.readStream(StreamQuery.of(id))).containsExactly(new OrderCreated("customer-1"));
 * }</pre>
 */
public final class EventsAssert extends AbstractAssert<EventsAssert, List<?>> {

    private EventsAssert(List<?> events) {
        super(events, EventsAssert.class);
    }

    /**
     * Begins assertions.
     *
     * @param events events, or envelopes of events
     * @return the assertions
     */
    public static EventsAssert assertThatEvents(Collection<?> events) {
        return new EventsAssert(List.copyOf(events));
    }

    /**
     * Asserts that these are all events, in this order.
     *
     * @param expected the events; what is in envelopes is compared by its payload
     * @return this
     */
    public EventsAssert containsExactly(Object... expected) {
        isNotNull();
        List<?> payloads = payloads();
        List<?> wanted = List.of(expected);
        if (!payloads.equals(wanted)) {
            throw failure(
                    "%s%nExpected:%n%s%nActual:%n%s",
                    EventText.difference(wanted, payloads), EventText.of(wanted), EventText.of(actual));
        }
        return this;
    }

    /**
     * Asserts that this event is among them.
     *
     * @param expected the event
     * @return this
     */
    public EventsAssert contains(Object expected) {
        isNotNull();
        if (!payloads().contains(expected)) {
            throw failure("Expected:%n%s%nto be among:%n%s", EventText.of(List.of(expected)), EventText.of(actual));
        }
        return this;
    }

    /**
     * Asserts that there is no event.
     *
     * @return this
     */
    public EventsAssert isEmpty() {
        return containsExactly();
    }

    private List<?> payloads() {
        return actual.stream()
                .<Object>map(each -> each instanceof EventEnvelope<?> envelope ? envelope.payload() : each)
                .toList();
    }
}
