package io.eventsource.observation;

import io.micrometer.observation.Observation;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A stream that is read, as when an aggregate is loaded. */
public final class LoadContext extends Observation.Context {

    private final UUID aggregateId;
    private @Nullable String aggregateType;
    private @Nullable Integer events;
    private boolean fromSnapshot;

    LoadContext(UUID aggregateId, @Nullable String aggregateType) {
        this.aggregateId = aggregateId;
        this.aggregateType = aggregateType;
    }

    /**
     * The stream.
     *
     * @return its id
     */
    public UUID aggregateId() {
        return aggregateId;
    }

    /**
     * The stream's type.
     *
     * @return the type; null while it is not known, and when no event was read
     */
    public @Nullable String aggregateType() {
        return aggregateType;
    }

    /**
     * How many events were read.
     *
     * @return the number; null before the answer, and when there is none
     */
    public @Nullable Integer events() {
        return events;
    }

    /**
     * Whether a snapshot spared the events before it.
     *
     * @return whether there was one that fits
     */
    public boolean fromSnapshot() {
        return fromSnapshot;
    }

    void loaded(int storedEvents, @Nullable String type, boolean fromSnapshot) {
        this.events = storedEvents;
        this.aggregateType = type;
        this.fromSnapshot = fromSnapshot;
    }
}
