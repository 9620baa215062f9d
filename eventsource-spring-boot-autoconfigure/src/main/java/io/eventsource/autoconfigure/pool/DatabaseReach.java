package io.eventsource.autoconfigure.pool;

import io.eventsource.signal.DedicatedConnections;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/**
 * Whether the database answers somebody who comes past the pool, and how often a connection could not be opened, by the pool or past it: the database
 * was away or refused. HikariCP's own count is that of time-outs, which a pool that is too small has as well. Thread-safe.
 */
public final class DatabaseReach {

    private final LongAdder refusals = new LongAdder();
    private final DedicatedConnections connections;
    private final LongSupplier ofPool;

    private DatabaseReach(DedicatedConnections connections, LongSupplier ofPool) {
        this.connections = counted(connections);
        this.ofPool = ofPool;
    }

    /**
     * Creates it. No connection is opened.
     *
     * @param dataSource the pool, or anything else
     * @param details of Boot's connection, or null
     * @return what reaches the database of the pool
     */
    public static DatabaseReach of(DataSource dataSource, @Nullable JdbcConnectionDetails details) {
        return new DatabaseReach(
                ConnectionsBesidePool.beside(dataSource, details, null), ConnectionsBesidePool.refusals(dataSource));
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
        return refusals.sum() + ofPool.getAsLong();
    }
}
