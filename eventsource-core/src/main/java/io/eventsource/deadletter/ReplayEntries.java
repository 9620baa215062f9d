package io.eventsource.deadletter;

import io.eventsource.batch.BatchTransaction;
import io.eventsource.error.ErrorClassification;
import io.eventsource.log.EventColumns.Conditions;
import io.eventsource.schema.EventSourceSchema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.RowMapper;

/** The statements of a replay; what they are for stands in {@link DeadLetterParking}. */
final class ReplayEntries {

    private static final String KEY = "SELECT id, projection_name, aggregate_id FROM {schema}.dead_letter_queue";

    private static final String IN_ORDER =
            "SELECT EXISTS (SELECT FROM {schema}.parked_aggregates WHERE projection_name = ? AND aggregate_id = ?)";

    private static final String LOCK_AGGREGATE =
            """
            SELECT aggregate_id FROM {schema}.parked_aggregates
             WHERE projection_name = ? AND aggregate_id = ? FOR NO KEY UPDATE SKIP LOCKED""";

    private static final String LOCK_ENTRY =
            """
            SELECT *, pg_catalog.set_config('%s', 'begun', true) FROM {schema}.dead_letter_queue
             WHERE id = ? AND status IN ('failed', 'waiting', 'retrying') FOR UPDATE SKIP LOCKED"""
                    .formatted(BatchTransaction.MARK);

    private static final String FIRST_OPEN =
            """
            WHERE projection_name = ? AND aggregate_id = ? AND status IN ('failed', 'waiting', 'retrying')
            ORDER BY position LIMIT 1""";

    private static final String FOLLOWER =
            """
            SELECT q.id, q.projection_name, q.aggregate_id FROM {schema}.dead_letter_queue AS q
             WHERE q.id = (SELECT f.id FROM {schema}.dead_letter_queue AS f
                            WHERE f.projection_name = ? AND f.aggregate_id = ? AND f.status IN ('failed', 'waiting', 'retrying')
                            ORDER BY f.position LIMIT 1)
               AND q.status = 'retrying'
               AND EXISTS (SELECT FROM {schema}.parked_aggregates WHERE projection_name = ? AND aggregate_id = ?)""";

    /** Only in the transaction that {@link #LOCK_ENTRY} ran in; NULL in another. */
    private static final String CLOSE =
            """
            SELECT CASE WHEN pg_catalog.current_setting('%s', true) IS NOT DISTINCT FROM 'begun'
                        THEN {schema}.close_dead_letter(?, 'resolved', 'replay', NULL, 1) END"""
                    .formatted(BatchTransaction.MARK);

    /** Where somebody has marked the entry while it was being handled, it stays marked. */
    private static final String FAILED =
            """
            UPDATE {schema}.dead_letter_queue
               SET status = CASE WHEN status = 'retrying' AND ? THEN status ELSE 'failed' END,
                   error_type = ?, error_message = ?, error_stacktrace = ?, error_category = ?,
                   error_severity = ?, retry_count = retry_count + 1, replay_count = replay_count + 1,
                   last_failed_at = clock_timestamp(),
                   next_attempt_at = CASE WHEN status = 'retrying' AND ? THEN next_attempt_at
                                          ELSE clock_timestamp() + ?::bigint * interval '1 millisecond' END
             WHERE id = ? AND status IN ('failed', 'waiting', 'retrying')""";

    private static final RowMapper<EntryKey> KEYS =
            (row, number) -> new EntryKey(row.getLong(1), row.getString(2), row.getObject(3, UUID.class));

    private final JdbcOperations jdbc;
    private final EventSourceSchema schema;
    private final DeadLetterMapper mapper = new DeadLetterMapper();

    /** Where an entry belongs, which never changes. */
    record EntryKey(long id, String projection, UUID aggregateId) {}

    /** Which entries a replay is for. */
    record Selection(String conditions, List<Object> arguments) {

        static Selection of(DeadLetterRepository.Filter filter) {
            Conditions conditions = DeadLetterSql.of(filter);
            return new Selection(DeadLetterSql.IS_OPEN + conditions.sql(), conditions.arguments());
        }

        static Selection due() {
            return new Selection(DeadLetterSql.IS_OPEN + " AND next_attempt_at <= clock_timestamp()", List.of());
        }
    }

    ReplayEntries(JdbcOperations jdbc, EventSourceSchema schema) {
        this.jdbc = jdbc;
        this.schema = schema;
    }

    Optional<EntryKey> find(long id) {
        return jdbc.query(schema.sql(KEY + " WHERE id = ?"), KEYS, id).stream().findFirst();
    }

    List<EntryKey> page(Selection selection, Set<String> projections, long afterId, int limit) {
        List<Object> arguments = new ArrayList<>(selection.arguments());
        arguments.add(projections.toArray(String[]::new));
        arguments.add(afterId);
        arguments.add(limit);
        return jdbc.query(
                schema.sql(KEY + " WHERE " + selection.conditions()
                        + " AND projection_name = ANY (?) AND id > ? ORDER BY id LIMIT ?"),
                KEYS,
                arguments.toArray());
    }

    Map<String, Long> ofOthers(Selection selection, Set<String> projections) {
        List<Object> arguments = new ArrayList<>(selection.arguments());
        arguments.add(projections.toArray(String[]::new));
        Map<String, Long> counts = new LinkedHashMap<>();
        jdbc.query(
                schema.sql("SELECT projection_name, count(*) FROM {schema}.dead_letter_queue WHERE "
                        + selection.conditions() + " AND projection_name <> ALL (?) GROUP BY projection_name"),
                (RowCallbackHandler) row -> counts.put(row.getString(1), row.getLong(2)),
                arguments.toArray());
        return counts;
    }

    /** Whether the aggregate keeps order at the moment. */
    boolean inOrder(EntryKey key) {
        return Boolean.TRUE.equals(
                jdbc.queryForObject(schema.sql(IN_ORDER), Boolean.class, key.projection(), key.aggregateId()));
    }

    /** Locks the aggregate's row until the end of the transaction, unless somebody else has it. */
    boolean lockAggregate(EntryKey key) {
        return !jdbc.queryForList(schema.sql(LOCK_AGGREGATE), UUID.class, key.projection(), key.aggregateId())
                .isEmpty();
    }

    /** Locks the entry, if it is open and nobody else has it. */
    Optional<DeadLetter> lockEntry(EntryKey key) {
        return jdbc.query(schema.sql(LOCK_ENTRY), mapper, key.id()).stream().findFirst();
    }

    /** The entry of the aggregate that has to be handled first. */
    Optional<EntryKey> firstOpen(EntryKey key) {
        return jdbc.query(schema.sql(KEY + " " + FIRST_OPEN), KEYS, key.projection(), key.aggregateId()).stream()
                .findFirst();
    }

    /** The entry of the aggregate that has to be handled first, if nobody has to say so. */
    Optional<EntryKey> follower(EntryKey key) {
        return jdbc
                .query(
                        schema.sql(FOLLOWER),
                        KEYS,
                        key.projection(),
                        key.aggregateId(),
                        key.projection(),
                        key.aggregateId())
                .stream()
                .findFirst();
    }

    /**
     * Closes an entry that was handled, in the transaction of the handler.
     *
     * @return whether it was open; null when the transaction is not the one in which it was locked
     */
    @Nullable Boolean close(EntryKey key) {
        return jdbc.queryForObject(schema.sql(CLOSE), Boolean.class, key.id());
    }

    /**
     * Records that an entry has failed again, after its transaction has ended.
     *
     * @param key the entry
     * @param claimed its status when it was locked
     * @param error how it failed
     * @param classification what kind of error that is
     * @param nextAttemptIn when it is tried again by itself; null for not at all
     */
    void failed(
            EntryKey key,
            DeadLetter.Status claimed,
            Throwable error,
            ErrorClassification classification,
            @Nullable Duration nextAttemptIn) {
        boolean unmarked = claimed != DeadLetter.Status.RETRYING;
        jdbc.update(
                schema.sql(FAILED),
                unmarked,
                error.getClass().getName(),
                ErrorText.message(error),
                ErrorText.stackTrace(error),
                classification.category().name(),
                classification.severity().name(),
                unmarked,
                nextAttemptIn == null ? null : nextAttemptIn.toMillis(),
                key.id());
    }
}
