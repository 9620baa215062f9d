package io.eventsource.deadletter;

import io.eventsource.deadletter.DeadLetterParking.ParkingChangedException;
import io.eventsource.log.Bucket;
import io.eventsource.schema.EventSourceSchema;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcOperations;

/** The rows of {@code parked_aggregates}: one for each aggregate, or key of messages, that has open entries. Thread-safe. */
final class ParkedAggregates {

    /** More would mean that rows are made and freed faster than two statements follow each other. */
    private static final int MAX_TRIES = 10;

    private static final String MAKE_ROW =
            """
            INSERT INTO {schema}.parked_aggregates (projection_name, aggregate_id, bucket)
            VALUES (?, ?, ?) ON CONFLICT DO NOTHING""";

    private static final String LOCK_ROWS =
            """
            SELECT aggregate_id FROM {schema}.parked_aggregates
             WHERE projection_name = ? AND aggregate_id = ANY (?)
             ORDER BY aggregate_id FOR KEY SHARE""";

    private final JdbcOperations jdbc;
    private final String makeRow;
    private final String lockRows;

    ParkedAggregates(JdbcOperations jdbc, EventSourceSchema schema) {
        this.jdbc = jdbc;
        this.makeRow = schema.sql(MAKE_ROW);
        this.lockRows = schema.sql(LOCK_ROWS);
    }

    /**
     * Makes the row of an aggregate, or locks the one that is there.
     *
     * @throws ParkingChangedException when it is made and freed all the time
     */
    void make(String projection, UUID aggregate) {
        for (int i = 0; i < MAX_TRIES; i++) {
            boolean made = jdbc.update(makeRow, projection, aggregate, Bucket.of(aggregate)) == 1;
            // one that is there may go away until it is locked
            if (made || lock(projection, Set.of(aggregate)) == 1) {
                return;
            }
        }
        throw new ParkingChangedException(projection);
    }

    /**
     * Locks the rows of aggregates that are parked.
     *
     * @throws ParkingChangedException when one of them is no longer parked
     */
    void require(String projection, Set<UUID> aggregates) {
        if (lock(projection, aggregates) != aggregates.size()) {
            throw new ParkingChangedException(projection);
        }
    }

    private int lock(String projection, Set<UUID> aggregates) {
        return jdbc.queryForList(lockRows, UUID.class, projection, aggregates.toArray(UUID[]::new))
                .size();
    }
}
