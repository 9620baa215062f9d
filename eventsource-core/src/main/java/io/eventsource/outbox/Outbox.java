package io.eventsource.outbox;

import io.eventsource.deadletter.DeadLetter;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.schema.EventSourceSchema;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;

/**
 * What leaves, to look at and to act on: how far each destination is, and what could not be sent, which is in the dead-letter queue under
 * the name of its publisher. For editing payloads and for filters see {@link DeadLetterRepository}. Each operation takes part in
 * the calling thread's transaction as those do. Thread-safe.
 */
public interface Outbox {

    /**
     * The outbox in PostgreSQL. No connection is opened.
     *
     * @param dataSource where the tables are
     * @param schema the schema that holds them
     * @param deadLetters the dead-letter queue of the same tables
     * @param destinations for each destination that a {@link Publisher} serves, by its name, the names in the store of what leaves for it
     * @param relayed destinations that a relay outside of the application serves by the rows of {@code event_outbox}
     * @return the outbox
     */
    static Outbox postgres(
            DataSource dataSource,
            EventSourceSchema schema,
            DeadLetterRepository deadLetters,
            Map<String, Set<String>> destinations,
            Set<String> relayed) {
        return new PostgresOutbox(dataSource, schema, deadLetters, destinations, relayed);
    }

    /**
     * How far all destinations are. One statement for each; it reads the events that are still to be sent. Of a destination that a relay serves
     * all is counted in its rows: published ones as long as they are kept, and 100,000 at most.
     *
     * @return a status for each, by name
     */
    List<DestinationStatus> destinations();

    /**
     * A page of what could not be sent, or waits behind it, in the order in which it was parked.
     *
     * @param destination whose
     * @param afterId the key of the last entry of the page before, 0 for the first page
     * @param limit how many at most, 1 to {@link DeadLetterRepository#MAX_PAGE}
     * @return open entries by their keys
     * @throws IllegalArgumentException when there is no such destination
     */
    List<DeadLetter> entries(String destination, long afterId, int limit);

    /**
     * Has an entry that failed sent again soon, by an instance that publishes to its destination.
     *
     * @param id the entry
     * @return whether it was one of a destination that failed
     */
    boolean retry(long id);

    /**
     * The same for what has failed of one destination, the oldest first.
     *
     * @param destination whose
     * @param limit how many at most
     * @return how many
     * @throws IllegalArgumentException when there is no such destination
     */
    int retryAll(String destination, int limit);

    /**
     * Decides that an entry is not to be sent. What waits behind it is sent.
     *
     * @param id the entry
     * @param operator who, not blank
     * @param reason why, not blank
     * @return whether it was an open one of a destination
     * @throws IllegalArgumentException when operator or reason are blank
     */
    boolean discard(long id, String operator, String reason);
}
