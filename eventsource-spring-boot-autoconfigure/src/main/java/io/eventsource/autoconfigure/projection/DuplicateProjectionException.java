package io.eventsource.autoconfigure.projection;

import io.eventsource.EventSourceException;
import java.io.Serial;

/** Two projections have one name, and would share a checkpoint. */
public final class DuplicateProjectionException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String name;

    /**
     * Creates an exception.
     *
     * @param name the name
     */
    public DuplicateProjectionException(String name) {
        super(
                "Two projections have the name '%s'. Give one of them another name in @Projection: a checkpoint belongs to one projection."
                        .formatted(name));
        this.name = name;
    }

    /**
     * The name.
     *
     * @return the name that both have
     */
    public String name() {
        return name;
    }
}
