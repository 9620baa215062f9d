package io.eventsource.autoconfigure.pool;

import io.eventsource.signal.DedicatedConnections;
import java.util.concurrent.atomic.LongAdder;

/**
 * Whether the database answers somebody who comes past the pool, and how often a connection past it could not be opened: the database was away or
 * refused. A pool counts its time-outs, which a pool that is too small has as well. Thread-safe.
 */
public final class DatabaseReach {

    private final LongAdder refusals = new LongAdder();
    private final DedicatedConnections connections;

    /**
     * Creates it. No connection is opened.
     *
     * @param connections what opens connections past the pool
     */
    public DatabaseReach(DedicatedConnections connections) {
        this.connections = counted(connections);
    }

    /**
     * Counts what fails when connections are opened for something else.
     *
     * @param others what opens them
     * @return the same, counted
     */
    public DedicatedConnections counted(DedicatedConnections others) {
        return others.telling(refusals::increment);
    }

    /**
     * Opens a connection and asks. Takes as long as connecting may take.
     *
     * @return whether the database answers
     */
    public boolean answers() {
        return connections.answers();
    }

    /**
     * How many connections could not be opened since this was made.
     *
     * @return the number; never falls
     */
    public long refusals() {
        return refusals.sum();
    }
}
