package io.eventsource.deadletter;

import io.eventsource.schema.EventSourceSchema;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The dead-letter queue, to look at and to act on. Each operation is one statement: it takes part in the calling thread's
 * transaction on the data source, and commits by itself when there is none. Closing an entry ({@link #resolve},
 * {@link #discard}) needs isolation READ COMMITTED, and waits for a replay that is handling an entry of the same aggregate.
 * Thread-safe.
 */
public interface DeadLetterRepository {

    /** How many entries one call of {@link #list} returns at most. */
    int MAX_PAGE = 1_000;

    /** For how long closed entries are worth keeping, unless somebody says otherwise. */
    Duration RETENTION = Duration.ofDays(30);

    /**
     * The queue in PostgreSQL. No connection is opened.
     *
     * @param dataSource where the tables are
     * @param schema the schema that holds them
     * @return the repository
     */
    static DeadLetterRepository postgres(DataSource dataSource, EventSourceSchema schema) {
        return new PostgresDeadLetterRepository(dataSource, schema);
    }

    /**
     * An entry.
     *
     * @param id its key
     * @return the entry, or empty
     */
    Optional<DeadLetter> find(long id);

    /**
     * A page of entries in the order in which they were parked. Payloads and headers that have more than their share of what may be in memory at once
     * are empty here, and longer messages and stack traces are cut off; {@link #find(long)} reads one entry whole.
     *
     * @param filter which
     * @param afterId the key of the last entry of the page before, 0 for the first page
     * @param limit how many at most, 1 to {@link #MAX_PAGE}
     * @return the entries by their keys; fewer than the limit on the last page
     */
    List<DeadLetter> list(DeadLetterFilter filter, long afterId, int limit);

    /**
     * Counts what is still to be handled. Reads all open entries from an index.
     *
     * @return the figures at this moment
     */
    DeadLetterStatistics statistics();

    /**
     * Marks an entry that failed, so that it is handled again soon by an instance that drives its projection.
     *
     * @param id the entry
     * @return whether it was an entry that failed
     */
    boolean markRetrying(long id);

    /**
     * Closes an entry because somebody has mended what it would have done. The next one of its aggregate is handled.
     *
     * @param id the entry
     * @param operator who, not blank
     * @param note how, not blank
     * @return whether it was open
     * @throws IllegalArgumentException when operator or note are blank
     */
    boolean resolve(long id, String operator, String note);

    /**
     * Closes an entry that is not to be handled. The next one of its aggregate is handled.
     *
     * @param id the entry
     * @param operator who, not blank
     * @param reason why, not blank
     * @return whether it was open
     * @throws IllegalArgumentException when operator or reason are blank
     */
    boolean discard(long id, String operator, String reason);

    /**
     * Changes the payload that the handler gets when the entry is handled again. The event in the log stays as it is; the entry
     * keeps the payload that it had at first.
     *
     * @param id the entry
     * @param payload JSON text of the stored revision
     * @param operator who, not blank
     * @param reason why, not blank
     * @return whether it was open
     * @throws IllegalArgumentException when operator or reason are blank
     * @throws org.springframework.dao.DataIntegrityViolationException when the payload is not JSON that PostgreSQL can store
     */
    boolean edit(long id, String payload, String operator, String reason);

    /**
     * Deletes entries that were closed long enough ago, 10,000 at a time.
     *
     * @param age how long ago, for example {@link #RETENTION}
     * @return how many
     */
    int deleteClosed(Duration age);
}
