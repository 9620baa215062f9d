package io.eventsource.outbox;

import io.eventsource.deadletter.DeadLetter;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.schema.EventSourceSchema;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

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
     * @param operator who, within the bounds of {@link io.eventsource.event.OperatorNote}
     * @param reason why, within the bounds of {@link io.eventsource.event.OperatorNote}
     * @return whether it was an open one of a destination
     * @throws IllegalArgumentException when operator or reason is out of bounds
     */
    boolean discard(long id, String operator, String reason);

    /**
     * How far a destination is, for all instances together.
     *
     * @param name its name
     * @param position the position up to which everything is published, or in the dead-letter queue; 0 before its subscription has started for the
     *     first time
     * @param positionsBehind how many positions of the log lie behind it, of whatever types
     * @param pending how many events are still to be sent: those that it has not come by, and those in the dead-letter queue that wait there
     *     or are to be handled again. Counted exactly up to 100,000 positions behind; beyond, each position counts
     * @param failed how many events failed and wait for somebody in the dead-letter queue
     * @param published how many events are sent, or nothing of them leaves
     * @param discarded how many events somebody has decided not to send, as long as the dead-letter queue remembers
     * @param age for how long the oldest event has waited that is still to be sent or failed; zero when there is none
     * @param lastProcessedAt when the last batch was done, or null
     */
    public record DestinationStatus(
            String name,
            long position,
            long positionsBehind,
            long pending,
            long failed,
            long published,
            long discarded,
            Duration age,
            @Nullable Instant lastProcessedAt) {

        /**
         * The name of the subscription that publishes, as {@code SubscriptionManager} knows it.
         *
         * @return the destination's name behind {@link Publisher#NAME_PREFIX}
         */
        public String subscription() {
            return Publisher.NAME_PREFIX + name;
        }
    }
}
