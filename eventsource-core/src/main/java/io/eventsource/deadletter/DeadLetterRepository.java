package io.eventsource.deadletter;

import io.eventsource.schema.EventSourceSchema;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

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
    List<DeadLetter> list(Filter filter, long afterId, int limit);

    /**
     * Counts what is still to be handled. Reads all open entries from an index.
     *
     * @return the figures at this moment
     */
    Statistics statistics();

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
     * @param operator who, within the bounds of {@link io.eventsource.event.OperatorNote}
     * @param note how, within the same bounds as a reason
     * @return whether it was open
     * @throws IllegalArgumentException when operator or note is out of bounds
     */
    boolean resolve(long id, String operator, String note);

    /**
     * Closes an entry that is not to be handled. The next one of its aggregate is handled.
     *
     * @param id the entry
     * @param operator who, within the bounds of {@link io.eventsource.event.OperatorNote}
     * @param reason why, within the bounds of {@link io.eventsource.event.OperatorNote}
     * @return whether it was open
     * @throws IllegalArgumentException when operator or reason is out of bounds
     */
    boolean discard(long id, String operator, String reason);

    /**
     * Changes the payload that the handler gets when the entry is handled again. The event in the log stays as it is; the entry
     * keeps the payload that it had at first.
     *
     * @param id the entry
     * @param payload JSON text of the stored revision
     * @param operator who, within the bounds of {@link io.eventsource.event.OperatorNote}
     * @param reason why, within the bounds of {@link io.eventsource.event.OperatorNote}
     * @return whether it was open
     * @throws IllegalArgumentException when operator or reason is out of bounds
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

    /**
     * Which dead letters. What is null or empty does not restrict. Immutable; the methods that begin with {@code with} return a copy.
     *
     * @param statuses what has become of them
     * @param projection whose they are
     * @param eventType the name that the event is stored under
     * @param aggregateId the event's stream
     * @param failedFrom failed first at this time or later
     * @param failedBefore failed first before this time
     */
    public record Filter(
            Set<DeadLetter.Status> statuses,
            @Nullable String projection,
            @Nullable String eventType,
            @Nullable UUID aggregateId,
            @Nullable Instant failedFrom,
            @Nullable Instant failedBefore) {

        /** All there are. */
        public static final Filter ALL = new Filter(Set.of(), null, null, null, null, null);

        /** All that are still to be handled. */
        public static final Filter OPEN =
                ALL.withStatuses(DeadLetter.Status.FAILED, DeadLetter.Status.WAITING, DeadLetter.Status.RETRYING);

        /** Copies the set. */
        public Filter {
            statuses = Set.copyOf(statuses);
        }

        /**
         * This filter for other statuses.
         *
         * @param newStatuses which; none means all
         * @return a copy
         */
        public Filter withStatuses(DeadLetter.Status... newStatuses) {
            return new Filter(Set.of(newStatuses), projection, eventType, aggregateId, failedFrom, failedBefore);
        }

        /**
         * This filter for one projection.
         *
         * @param newProjection its name
         * @return a copy
         */
        public Filter withProjection(String newProjection) {
            return new Filter(statuses, newProjection, eventType, aggregateId, failedFrom, failedBefore);
        }

        /**
         * This filter for one type of events.
         *
         * @param newEventType the name that they are stored under
         * @return a copy
         */
        public Filter withEventType(String newEventType) {
            return new Filter(statuses, projection, newEventType, aggregateId, failedFrom, failedBefore);
        }

        /**
         * This filter for one aggregate.
         *
         * @param newAggregateId its id
         * @return a copy
         */
        public Filter withAggregate(UUID newAggregateId) {
            return new Filter(statuses, projection, eventType, newAggregateId, failedFrom, failedBefore);
        }

        /**
         * This filter for a time.
         *
         * @param from failed first at this time or later; null for no bound
         * @param before failed first before this time; null for no bound
         * @return a copy
         */
        public Filter withFirstFailure(@Nullable Instant from, @Nullable Instant before) {
            return new Filter(statuses, projection, eventType, aggregateId, from, before);
        }
    }

    /**
     * What the dead-letter queue holds that is still to be handled.
     *
     * @param totalFailed entries that failed
     * @param totalWaiting entries that wait behind one of their aggregate
     * @param totalRetrying entries that are to be handled again
     * @param oldestFailure when the first of the failed ones and of those to be handled again failed first; null when there is none
     * @param byProjection the same for each projection that has any, by its name
     */
    public record Statistics(
            long totalFailed,
            long totalWaiting,
            long totalRetrying,
            @Nullable Instant oldestFailure,
            Map<String, Counts> byProjection) {

        /** Copies the map. */
        public Statistics {
            byProjection = Map.copyOf(byProjection);
        }

        /**
         * What one projection has.
         *
         * @param failed entries that failed
         * @param waiting entries that wait behind one of their aggregate
         * @param retrying entries that are to be handled again
         * @param oldestFailure as for all
         */
        public record Counts(long failed, long waiting, long retrying, @Nullable Instant oldestFailure) {}

        static Statistics of(Map<String, Counts> byProjection) {
            Map<String, Counts> counts = new TreeMap<>(byProjection);
            return new Statistics(
                    counts.values().stream().mapToLong(Counts::failed).sum(),
                    counts.values().stream().mapToLong(Counts::waiting).sum(),
                    counts.values().stream().mapToLong(Counts::retrying).sum(),
                    counts.values().stream()
                            .flatMap(each -> Stream.ofNullable(each.oldestFailure()))
                            .min(Instant::compareTo)
                            .orElse(null),
                    counts);
        }

        /**
         * How many projections have entries that failed or are to be handled again.
         *
         * @return the number of projections
         */
        public int affectedProjections() {
            return byProjection.size();
        }

        /**
         * How many entries are still to be handled.
         *
         * @return failed, waiting and retrying ones
         */
        public long depth() {
            return totalFailed + totalWaiting + totalRetrying;
        }
    }
}
