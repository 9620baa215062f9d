package io.eventsource.deadletter;

import io.eventsource.EventSourceException;
import io.eventsource.error.ErrorInfo;
import io.eventsource.event.StoredEvent;
import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.log.Bucket;
import io.eventsource.schema.EventSourceSchema;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Puts events of one segment into the dead-letter queue, in the transaction that moves the segment's checkpoint past them, and
 * keeps the order of each aggregate while some of it is there.
 *
 * <p><b>What always holds</b> between transactions, for a projection that keeps order: {@code parked_aggregates} has a row for an
 * aggregate if and only if the queue has an open entry of it; the open entries are its events from the first open one up to the
 * checkpoint, without gaps but for those that were closed; and the first open one is failed or retrying, never waiting.
 *
 * <p><b>Who does what</b>, each under READ COMMITTED:
 *
 * <ol>
 *   <li><b>Only the owner of a segment makes rows</b>, and only in transactions that end with the checkpoint's compare-and-set
 *       ({@code UPDATE … WHERE epoch = :mine AND position = :old}). So what the owner has read of the rows, after it read the
 *       checkpoint, can change behind its back in one way only: a row can go away. Had somebody else made one, the checkpoint would
 *       have moved, and the batch would be rolled back.
 *   <li><b>{@link #restart}</b>: whether the segment has any row. While it has none, nothing is looked up ever again, until this owner
 *       makes one.
 *   <li><b>A batch</b> first reads, without a lock, which of its aggregates are parked ({@link #among}). The events of the others are
 *       handled: by 1 nobody can park them meanwhile, and if a row has just gone away, then in a transaction that has committed, with
 *       everything that the handlers wrote before.
 *   <li>As its last act but the checkpoint, the batch locks the rows of its parked aggregates in the order of their ids, FOR KEY SHARE, and
 *       puts the entries behind the others ({@link #parkBehind}). If a row is gone, a replay has come to the end of that aggregate
 *       meanwhile, and an entry put behind it would wait for nobody, for ever: the batch is rolled back and repeated.
 *   <li>An event that has failed for good gets an entry and its aggregate a row ({@link #park}), in the batch that contains it alone.
 *   <li><b>A replay</b> locks the row FOR NO KEY UPDATE, so that there is one replay of an aggregate at a time; a row that is locked is
 *       left to whoever has it. It handles the first open entry and calls {@code close_dead_letter}.
 *   <li><b>{@code close_dead_letter}</b> locks the row FOR UPDATE, which waits until every batch of step 4 has ended, <em>then</em>, in a
 *       later statement and thus with a later snapshot, looks for the next open entry, and deletes the row only if there is none. In one
 *       statement the look would have come before the wait, and miss what the batch had put behind. If the next entry is waiting it becomes
 *       retrying: it has nobody to wait for, and whoever looks for due entries finds it even if this process dies now.
 *   <li>What the handler wrote, the entry's end and the row's end commit together.
 *   <li><b>A reset</b> has all checkpoints locked, so that no batch commits. It locks rows and open entries ({@link #holdReplays}), FOR NO KEY UPDATE,
 *       which waits for replays under way and lets none begin, empties the read model, and closes the entries ({@link #forget}). Emptied before
 *       that, the read model would keep what a replay commits afterwards, and get it once more.
 * </ol>
 *
 * <p><b>Therefore</b> a live event of a parked aggregate either finds the row locked by a closing replay, waits for that commit, finds no
 * row and is handled after everything before it (4); or it holds the row, and the closing replay waits, finds its entry and keeps the row
 * (7). There is no third way, as KEY SHARE and UPDATE exclude each other. KEY SHARE and NO KEY UPDATE do not: a batch never waits for a
 * handler of a replay, only for a commit. Both take read model, row, checkpoint in this order, and a replay takes no checkpoint, so that
 * they do not lock each other out; where a handler's writes come as late as the commit (JPA) the database may end one of two as a
 * deadlock, and it is repeated. An owner that has lost its segment locks no row longer than the timeout of its batch, and commits none.
 *
 * <p>Used by one thread, that of the segment.
 */
public final class DeadLetterParking {

    /** More would mean that rows are made and freed faster than two statements follow each other. */
    private static final int MAX_TRIES = 10;

    private static final String ANY =
            """
            SELECT EXISTS (SELECT FROM {schema}.parked_aggregates
                            WHERE projection_name = ? AND bucket BETWEEN ? AND ?)""";

    private static final String AMONG =
            """
            SELECT EXISTS (SELECT FROM {schema}.parked_aggregates
                            WHERE projection_name = ? AND bucket BETWEEN ? AND ?),
                   ARRAY(SELECT aggregate_id FROM {schema}.parked_aggregates
                          WHERE projection_name = ? AND aggregate_id = ANY (?))""";

    private static final String MAKE_ROW =
            """
            INSERT INTO {schema}.parked_aggregates (projection_name, aggregate_id, bucket)
            VALUES (?, ?, ?) ON CONFLICT DO NOTHING""";

    private static final String LOCK_ROWS =
            """
            SELECT aggregate_id FROM {schema}.parked_aggregates
             WHERE projection_name = ? AND aggregate_id = ANY (?)
             ORDER BY aggregate_id FOR KEY SHARE""";

    /**
     * Copies the events out of the log, counts those that are there, and says the last entry. An entry that was closed is opened again: the projection
     * was reset and has come by once more.
     */
    private static final String PARK =
            """
            WITH wanted AS (SELECT w.position, w.event_id FROM unnest(?::bigint[], ?::uuid[]) AS w (position, event_id)),
                 error AS (SELECT ?::text AS status, ?::text AS type, ?::text AS message, ?::text AS stacktrace,
                                  ?::text AS category, ?::text AS severity, ?::integer AS retry_count,
                                  clock_timestamp() - ?::bigint * interval '1 millisecond' AS first_failed_at,
                                  clock_timestamp() AS last_failed_at,
                                  clock_timestamp() + ?::bigint * interval '1 millisecond' AS next_attempt_at),
                 parked AS (
                    INSERT INTO {schema}.dead_letter_queue AS q (
                           projection_name, event_id, event_type, position, aggregate_id, aggregate_type, version, revision,
                           bucket, tenant_id, actor_id, correlation_id, causation_id, metadata, event_timestamp,
                           event_created_at, event_data, status, error_type, error_message, error_stacktrace, error_category,
                           error_severity, retry_count, first_failed_at, last_failed_at, next_attempt_at)
                    SELECT ?, e.event_id, e.event_type, e.position, e.aggregate_id, e.aggregate_type, e.version, e.revision,
                           e.bucket, e.tenant_id, e.actor_id, e.correlation_id, e.causation_id, e.metadata, e."timestamp",
                           e.created_at, e.payload, x.status, x.type, x.message, x.stacktrace, x.category,
                           x.severity, x.retry_count, x.first_failed_at, x.last_failed_at, x.next_attempt_at
                      FROM wanted AS w
                      JOIN {schema}.events AS e ON e.position = w.position AND e.event_id = w.event_id
                     CROSS JOIN error AS x
                     ORDER BY e.position
                    ON CONFLICT (projection_name, position) DO UPDATE
                       SET event_id = excluded.event_id, event_type = excluded.event_type,
                           aggregate_id = excluded.aggregate_id, aggregate_type = excluded.aggregate_type,
                           version = excluded.version, revision = excluded.revision, bucket = excluded.bucket,
                           tenant_id = excluded.tenant_id, actor_id = excluded.actor_id,
                           correlation_id = excluded.correlation_id, causation_id = excluded.causation_id,
                           metadata = excluded.metadata, event_timestamp = excluded.event_timestamp,
                           event_created_at = excluded.event_created_at, event_data = excluded.event_data,
                           status = excluded.status, error_type = excluded.error_type,
                           error_message = excluded.error_message, error_stacktrace = excluded.error_stacktrace,
                           error_category = excluded.error_category, error_severity = excluded.error_severity,
                           retry_count = excluded.retry_count, replay_count = 0, first_failed_at = excluded.first_failed_at,
                           last_failed_at = excluded.last_failed_at, next_attempt_at = excluded.next_attempt_at,
                           resolved_at = NULL, resolved_by = NULL, resolution_note = NULL,
                           original_data = NULL, edited_at = NULL, edited_by = NULL, edit_reason = NULL
                     WHERE q.status IN ('resolved', 'discarded')
                    RETURNING q.id)
            SELECT count(*),
                   coalesce((SELECT max(p.id) FROM parked AS p),
                            (SELECT max(q.id) FROM {schema}.dead_letter_queue AS q
                              WHERE q.projection_name = ? AND q.position = ANY (?)))
              FROM wanted AS w
              JOIN {schema}.events AS e ON e.position = w.position AND e.event_id = w.event_id""";

    /** No key update: a batch that is putting events behind must not wait for whoever may wait for what it has written. */
    private static final String HOLD_ROWS =
            """
            SELECT aggregate_id FROM {schema}.parked_aggregates
             WHERE projection_name = ? ORDER BY aggregate_id FOR NO KEY UPDATE""";

    private static final String HOLD_ENTRIES =
            """
            SELECT id FROM {schema}.dead_letter_queue
             WHERE projection_name = ? AND status IN ('failed', 'waiting', 'retrying') ORDER BY id FOR NO KEY UPDATE""";

    private static final String FORGET_ROWS = "DELETE FROM {schema}.parked_aggregates WHERE projection_name = ?";

    private static final String FORGET_ENTRIES =
            """
            UPDATE {schema}.dead_letter_queue
               SET status = 'discarded', resolved_at = clock_timestamp(), resolved_by = ?, resolution_note = ?,
                   next_attempt_at = NULL
             WHERE projection_name = ? AND status IN ('failed', 'waiting', 'retrying')""";

    private final String projection;
    private final int firstBucket;
    private final int lastBucket;
    private final ParkingOrder order;
    private final JdbcOperations jdbc;
    private final EventSourceSchema schema;
    private final TransactionParticipation participation;

    /** Whether the segment may have rows; false is certain as long as the checkpoint is where it was left. */
    private boolean anything = true;

    /** What is parked. */
    private record Found(boolean anything, Set<UUID> among) {}

    /**
     * Creates it. No connection is opened.
     *
     * @param projection whose events these are
     * @param firstBucket the first bucket of the segment
     * @param lastBucket its last bucket
     * @param order whether later events of an aggregate wait
     * @param dataSource where the tables are
     * @param schema the schema that holds them
     */
    public DeadLetterParking(
            String projection,
            int firstBucket,
            int lastBucket,
            ParkingOrder order,
            DataSource dataSource,
            EventSourceSchema schema) {
        this.projection = projection;
        this.firstBucket = firstBucket;
        this.lastBucket = lastBucket;
        this.order = order;
        this.jdbc = new JdbcTemplate(dataSource);
        this.schema = schema;
        this.participation = new TransactionParticipation(dataSource);
    }

    /**
     * Looks whether anything is parked. Must be called after each reading of the checkpoint, which must be committed or read before
     * this; not in the transaction of a batch.
     */
    public void restart() {
        anything = order == ParkingOrder.BY_AGGREGATE
                && Boolean.TRUE.equals(
                        jdbc.queryForObject(schema.sql(ANY), Boolean.class, projection, firstBucket, lastBucket));
    }

    /**
     * Whether no aggregate of the segment is parked, as far as this instance knows; then {@link #among} is not needed.
     *
     * @return whether {@link #among} would name none, without a statement
     */
    public boolean nothingParked() {
        return !anything;
    }

    /**
     * Which of these aggregates are parked, so that their events must be given to {@link #parkBehind} instead of the handlers. Without a
     * statement when nothing is parked in the segment; otherwise one, at the beginning of the batch's transaction.
     *
     * @param aggregates those of the batch
     * @return those that are parked
     */
    public Set<UUID> among(Collection<UUID> aggregates) {
        if (!anything || aggregates.isEmpty()) {
            return Set.of();
        }
        Found found = jdbc.queryForObject(
                schema.sql(AMONG),
                (row, number) -> new Found(row.getBoolean(1), ids(row)),
                projection,
                firstBucket,
                lastBucket,
                projection,
                aggregates.toArray(UUID[]::new));
        anything = found == null || found.anything();
        return found == null ? Set.of() : found.among();
    }

    private static Set<UUID> ids(ResultSet row) throws SQLException {
        Array array = row.getArray(2);
        return Set.copyOf(Arrays.asList((UUID[]) array.getArray()));
    }

    /**
     * Puts events behind the open entries of their aggregates, in the transaction of a batch, after the handlers and right before the checkpoint.
     *
     * @param events events of aggregates that {@link #among} has named in this batch, by position
     * @throws ParkingChangedException when one of the aggregates is no longer parked; roll back and repeat the batch
     */
    public void parkBehind(List<StoredEvent> events) {
        if (events.isEmpty()) {
            return;
        }
        requireTransaction();
        Set<UUID> aggregates = events.stream().map(StoredEvent::aggregateId).collect(Collectors.toUnmodifiableSet());
        if (lock(aggregates) != aggregates.size()) {
            throw new ParkingChangedException(projection);
        }
        long unused = insert(events, DeadLetterStatus.WAITING, null, null);
    }

    /**
     * Puts an event into the queue that has failed for good, in the transaction that moves the checkpoint past it, right before that.
     *
     * @param event the event, alone in its batch
     * @param error how it failed last
     * @param nextAttemptIn after which time it is handled again by itself; null when it is not
     * @return the entry's id
     * @throws ParkingChangedException when its aggregate is parked and freed all the time; roll back and repeat
     */
    public long park(StoredEvent event, ErrorInfo error, @Nullable Duration nextAttemptIn) {
        requireTransaction();
        if (order == ParkingOrder.BY_AGGREGATE) {
            // before the commit, so that a commit whose answer is lost leaves no wrong certainty
            anything = true;
            makeRow(event.aggregateId());
        }
        return insert(List.of(event), DeadLetterStatus.FAILED, error, nextAttemptIn);
    }

    private void makeRow(UUID aggregate) {
        for (int i = 0; i < MAX_TRIES; i++) {
            boolean made = jdbc.update(schema.sql(MAKE_ROW), projection, aggregate, Bucket.of(aggregate)) == 1;
            // one that is there may go away until it is locked
            if (made || lock(Set.of(aggregate)) == 1) {
                return;
            }
        }
        throw new ParkingChangedException(projection);
    }

    private int lock(Set<UUID> aggregates) {
        return jdbc.queryForList(schema.sql(LOCK_ROWS), UUID.class, projection, aggregates.toArray(UUID[]::new))
                .size();
    }

    /** What was copied. */
    private record Copied(long count, long lastId) {}

    private long insert(
            List<StoredEvent> events,
            DeadLetterStatus status,
            @Nullable ErrorInfo error,
            @Nullable Duration nextAttemptIn) {
        Long[] positions = events.stream().map(StoredEvent::position).toArray(Long[]::new);
        Copied copied = jdbc.queryForObject(
                schema.sql(PARK),
                (row, number) -> new Copied(row.getLong(1), row.getLong(2)),
                positions,
                events.stream().map(StoredEvent::eventId).toArray(UUID[]::new),
                status.stored(),
                error == null ? null : error.errorType(),
                error == null ? null : ErrorText.message(error.error()),
                error == null ? null : ErrorText.stackTrace(error.error()),
                error == null ? null : error.category().name(),
                error == null ? null : error.severity().name(),
                error == null ? 0 : error.retryCount(),
                error == null
                        ? 0
                        : Duration.between(error.firstOccurredAt(), error.occurredAt())
                                .toMillis(),
                nextAttemptIn == null ? null : nextAttemptIn.toMillis(),
                projection,
                projection,
                positions);
        if (copied == null || copied.count() != events.size()) {
            throw new EventSourceException(
                    "The log no longer holds all of the %d events of '%s' from position %d on that are to be parked. It has gone backwards, or they were archived; the batch is rolled back."
                            .formatted(events.size(), projection, events.get(0).position()));
        }
        return copied.lastId();
    }

    private void requireTransaction() {
        if (!participation.active()) {
            throw new IllegalStateException(
                    "Events of '%s' can be parked only in the transaction that moves its checkpoint, and there is none on the event store's data source."
                            .formatted(projection));
        }
    }

    /**
     * Waits for the replays of the projection that are under way, and lets none begin until the end of this transaction: what they write
     * must be there when a read model is emptied. Before that, and with the checkpoints locked, so that no entry is made meanwhile.
     */
    public void holdReplays() {
        requireTransaction();
        jdbc.queryForList(schema.sql(HOLD_ROWS), UUID.class, projection);
        jdbc.queryForList(schema.sql(HOLD_ENTRIES), Long.class, projection);
    }

    /**
     * Discards all open entries of the projection, of all its segments: it was reset, and comes by all of them again. In the transaction that
     * raises the epoch of the checkpoints, after that statement.
     *
     * @param operator who has reset it
     * @param reason why
     * @return how many entries there were
     */
    public int forget(String operator, String reason) {
        requireTransaction();
        jdbc.update(schema.sql(FORGET_ROWS), projection);
        return jdbc.update(schema.sql(FORGET_ENTRIES), operator, reason, projection);
    }
}
