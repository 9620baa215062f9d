package io.eventsource.deadletter;

import io.eventsource.EventSourceException;
import io.eventsource.deadletter.DeadLetter.ParkingOrder;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassification.ClassifiedError;
import io.eventsource.error.ErrorInfo;
import io.eventsource.event.StoredEvent;
import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.log.EventColumns;
import io.eventsource.schema.EventSourceSchema;
import java.io.Serial;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
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
 *       For the same reason the parts of a batch that has failed go by what was read for the whole of it, and by what this owner has parked since.
 *   <li>As its last act but the checkpoint, the batch locks the rows of its parked aggregates in the order of their ids, FOR KEY SHARE, and
 *       puts the entries behind the others ({@link #parkBehind}). If a row is gone, a replay has come to the end of that aggregate
 *       meanwhile, and an entry put behind it would wait for nobody, for ever: the batch is rolled back and retried.
 *   <li>An event that has failed for good gets an entry and its aggregate a row ({@link #park}), with the next batch that commits and before that
 *       puts anything behind, or in a transaction of its own. Until then the owner takes its aggregate for parked.
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

    /**
     * Copies the events out of the log, counts those that are there, and says the last entry. An entry that was closed is opened again: the projection
     * was reset and has come by once more.
     */
    private static final String PARK_SOME =
            """
            WITH wanted (position, event_id) AS ({wanted}),
                 failure ({failure}) AS (SELECT {failure-values}),
                 parked AS (
                    INSERT INTO {schema}.dead_letter_queue AS q (projection_name, position, {event}, {failure})
                    SELECT ?, e.position, e.event_id, e.event_type, e.aggregate_id, e.aggregate_type, e.version, e.revision,
                           e.bucket, {texts}, e.metadata, e."timestamp", e.created_at, e.payload, x.*
                      FROM wanted AS w
                      JOIN {schema}.events AS e ON e.position = w.position AND e.event_id = w.event_id
                     CROSS JOIN failure AS x
                     ORDER BY e.position
                    ON CONFLICT (projection_name, position) DO UPDATE
                       SET {new-event}, {new-failure}, replay_count = 0,
                           resolved_at = NULL, resolved_by = NULL, resolution_note = NULL,
                           original_data = NULL, edited_at = NULL, edited_by = NULL, edit_reason = NULL
                     WHERE q.status IN ('resolved', 'discarded')
                    RETURNING q.id)
            SELECT count(*),
                   coalesce((SELECT max(p.id) FROM parked AS p),
                            (SELECT max(q.id) FROM {schema}.dead_letter_queue AS q
                              WHERE q.projection_name = ? AND q.position = {position}))
              FROM wanted AS w
              JOIN {schema}.events AS e ON e.position = w.position AND e.event_id = w.event_id"""
                    .replace("{event}", EntryColumns.list(EntryColumns.EVENT))
                    .replace("{failure}", EntryColumns.list(EntryColumns.FAILURE))
                    .replace("{failure-values}", EntryColumns.FAILURE_VALUES)
                    .replace("{texts}", EventColumns.list(EventColumns.TEXTS, "e.%s"))
                    .replace("{new-event}", EntryColumns.excluded(EntryColumns.EVENT))
                    .replace("{new-failure}", EntryColumns.excluded(EntryColumns.FAILURE));

    private static final String PARK = PARK_SOME
            .replace("{wanted}", "SELECT w.* FROM unnest(?::bigint[], ?::uuid[]) AS w")
            .replace("{position}", "ANY (?)");

    /** Of one, the server plans the same once for all. Of an array it expects more than there are, and so it plans each time. */
    private static final String PARK_ONE =
            PARK_SOME.replace("{wanted}", "SELECT ?::bigint, ?::uuid").replace("{position}", "?");

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
    private final ParkedAggregates parked;
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
        this.parked = new ParkedAggregates(jdbc, schema);
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
        parked.require(projection, aggregates);
        long unused = insert(events, DeadLetter.Status.WAITING, null, null);
    }

    /**
     * Puts an event into the queue that has failed for good, in the transaction that moves the checkpoint past it, right before that.
     *
     * @param event the event
     * @param error how it failed last
     * @param nextAttemptIn after which time it is handled again by itself; null when it is not
     * @return the entry's id
     * @throws ParkingChangedException when its aggregate is parked and freed all the time; roll back and retry
     */
    public long park(StoredEvent event, ErrorInfo error, @Nullable Duration nextAttemptIn) {
        requireTransaction();
        if (order == ParkingOrder.BY_AGGREGATE) {
            // before the commit, so that a commit whose answer is lost leaves no wrong certainty
            anything = true;
            parked.make(projection, event.aggregateId());
        }
        return insert(List.of(event), DeadLetter.Status.FAILED, error, nextAttemptIn);
    }

    /** What was copied. */
    private record Copied(long count, long lastId) {}

    private long insert(
            List<StoredEvent> events,
            DeadLetter.Status status,
            @Nullable ErrorInfo error,
            @Nullable Duration nextAttemptIn) {
        boolean one = events.size() == 1;
        Object positions = one
                ? events.get(0).position()
                : events.stream().map(StoredEvent::position).toArray(Long[]::new);
        List<@Nullable Object> arguments = new ArrayList<>();
        arguments.add(positions);
        arguments.add(
                one
                        ? events.get(0).eventId()
                        : events.stream().map(StoredEvent::eventId).toArray(UUID[]::new));
        arguments.addAll(EntryColumns.failure(status, error, nextAttemptIn));
        arguments.addAll(List.of(projection, projection, positions));
        Copied copied = jdbc.queryForObject(
                schema.sql(one ? PARK_ONE : PARK),
                (row, number) -> new Copied(row.getLong(1), row.getLong(2)),
                arguments.toArray());
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

    /**
     * An aggregate that was parked when a batch began has been freed meanwhile: its events must be handled, not parked. The batch is
     * rolled back and retried at once; nothing has failed.
     */
    public static final class ParkingChangedException extends EventSourceException implements ClassifiedError {

        @Serial
        private static final long serialVersionUID = 1L;

        ParkingChangedException(String projection) {
            super("Parked aggregates of '%s' have been freed while a batch was being handled. The batch is retried."
                    .formatted(projection));
        }

        @Override
        public ErrorClassification classification() {
            return new ErrorClassification(ErrorClassification.Category.TRANSIENT, ErrorClassification.Severity.LOW);
        }
    }
}
