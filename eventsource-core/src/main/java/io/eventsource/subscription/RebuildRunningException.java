package io.eventsource.subscription;

import io.eventsource.EventSourceException;
import java.io.Serial;

/** A rebuild was asked for while the projection is being rebuilt. Nothing has changed. */
public final class RebuildRunningException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String name;

    RebuildRunningException(String name) {
        super("'%s' is being rebuilt. Wait until that has finished before asking for it again.".formatted(name));
        this.name = name;
    }

    /**
     * What is being rebuilt.
     *
     * @return the name of the subscription
     */
    public String name() {
        return name;
    }
}
