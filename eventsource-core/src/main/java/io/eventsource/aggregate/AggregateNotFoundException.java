package io.eventsource.aggregate;

import io.eventsource.EventSourceException;
import java.io.Serial;
import java.util.UUID;

/** There is no such aggregate, or none of the type asked for. */
public final class AggregateNotFoundException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String aggregateType;
    private final UUID aggregateId;

    AggregateNotFoundException(String aggregateType, UUID aggregateId) {
        super("There is no %s with the id %s".formatted(aggregateType, aggregateId));
        this.aggregateType = aggregateType;
        this.aggregateId = aggregateId;
    }

    /**
     * The type asked for.
     *
     * @return the aggregate type
     */
    public String aggregateType() {
        return aggregateType;
    }

    /**
     * The id asked for.
     *
     * @return the aggregate's id
     */
    public UUID aggregateId() {
        return aggregateId;
    }
}
