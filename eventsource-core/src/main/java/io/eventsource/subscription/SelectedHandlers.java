package io.eventsource.subscription;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventSelection;
import io.eventsource.projection.EventHandlers;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.RandomAccess;

/** Handlers, which events they are given in which form, and how far they have come with them. Used by one thread. */
final class SelectedHandlers {

    private final EventHandlers handlers;
    private final EventCodec codec;
    private final EventSelection selection;
    private long reached;

    SelectedHandlers(EventHandlers handlers, EventCodec codec, EventSelection selection) {
        this.handlers = handlers;
        this.codec = codec;
        this.selection = selection;
    }

    String name() {
        return handlers.name();
    }

    /** What the handlers are given of these events. */
    List<EventEnvelope<Object>> decoded(List<TailEvent> events) {
        List<EventEnvelope<Object>> decoded = new ArrayList<>(events.size());
        for (TailEvent event : events) {
            reached = event.position();
            decoded.addAll(event.decoded(codec, selection));
        }
        return decoded;
    }

    void handleAll(List<EventEnvelope<Object>> events) {
        handlers.handleAll(new Observed(events));
    }

    /**
     * The position of the last event that was decoded, or that the handlers have looked at: where something fails, this is most often the
     * event that has failed. Handlers of batches may have looked at others before they began with the first.
     */
    long reached() {
        return reached;
    }

    /** Notes at which event somebody looks. */
    private final class Observed extends AbstractList<EventEnvelope<Object>> implements RandomAccess {

        private final List<EventEnvelope<Object>> events;

        private Observed(List<EventEnvelope<Object>> events) {
            this.events = events;
        }

        @Override
        public EventEnvelope<Object> get(int index) {
            EventEnvelope<Object> event = events.get(index);
            reached = event.position();
            return event;
        }

        /** A handler of batches may sort what it is given. */
        @Override
        public EventEnvelope<Object> set(int index, EventEnvelope<Object> event) {
            return events.set(index, event);
        }

        @Override
        public int size() {
            return events.size();
        }
    }
}
