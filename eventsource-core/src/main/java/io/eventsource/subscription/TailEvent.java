package io.eventsource.subscription;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventSelection;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.Bucket;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A stored event that is decoded when it is first asked for, and then once for all. Thread-safe. */
final class TailEvent {

    private final StoredEvent stored;
    private final @Nullable RuntimeException unreadable;
    private volatile @Nullable List<EventEnvelope<Object>> parts;

    TailEvent(StoredEvent stored) {
        this(stored, null);
    }

    /** An event that the memory does not hold: whoever wants it fails at it. */
    TailEvent(StoredEvent stored, @Nullable RuntimeException unreadable) {
        this.stored = stored;
        this.unreadable = unreadable;
    }

    /** An event that is left in the database, for whoever asks whether he wants it. */
    static TailEvent unread(StoredEvent event) {
        return new TailEvent(
                new StoredEvent(
                        event.header()
                                .withMetadata(EventMetadata.none()
                                        .withTenantId(event.metadata().tenantId())),
                        ""),
                null);
    }

    /** Whether its payload is here: JSON is never an empty text. */
    boolean read() {
        return !stored.payload().isEmpty();
    }

    StoredEvent stored() {
        return stored;
    }

    boolean in(Bucket.Range buckets) {
        return buckets.equals(Bucket.Range.ALL) || buckets.contains(stored.aggregateId());
    }

    long position() {
        return stored.position();
    }

    /**
     * Decodes all of it, unless somebody has already; who comes meanwhile waits. A failure is not kept.
     *
     * @throws RuntimeException when a part of it cannot be decoded
     */
    List<EventEnvelope<Object>> decoded(EventCodec codec) {
        List<EventEnvelope<Object>> known = parts;
        return known == null ? decodedOnce(codec) : known;
    }

    private synchronized List<EventEnvelope<Object>> decodedOnce(EventCodec codec) {
        List<EventEnvelope<Object>> known = parts;
        if (known == null) {
            known = codec.decode(stored);
            parts = known;
        }
        return known;
    }

    /**
     * What somebody wants of it.
     *
     * @throws RuntimeException when a part that is wanted cannot be decoded
     */
    List<EventEnvelope<Object>> decoded(EventCodec codec, EventSelection selection) {
        if (unreadable != null) {
            throw unreadable;
        }
        if (selection.undecoded()) {
            return selection.decode(stored);
        }
        try {
            return selection.among(decoded(codec));
        } catch (RuntimeException undecodable) {
            // perhaps a part that is not wanted
            return selection.decode(stored);
        }
    }
}
