package io.eventsource.subscription;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.StoredEvent;
import org.jspecify.annotations.Nullable;

/** A stored event that is decoded when it is first asked for, and then once for all. Thread-safe. */
final class TailEvent {

    private final StoredEvent stored;
    private volatile @Nullable EventEnvelope<Object> decoded;

    TailEvent(StoredEvent stored) {
        this.stored = stored;
    }

    StoredEvent stored() {
        return stored;
    }

    long position() {
        return stored.position();
    }

    /** Decodes it; two threads that come at the same time both do the work. A failure is not kept. */
    EventEnvelope<Object> decoded(EventCodec codec) {
        EventEnvelope<Object> known = decoded;
        if (known == null) {
            known = codec.decode(stored);
            decoded = known;
        }
        return known;
    }
}
