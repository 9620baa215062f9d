package io.eventsource.subscription;

import io.eventsource.log.Bucket;
import io.eventsource.schema.EventSourceSchema;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Who owns which segment. Every operation is one statement that commits by itself, on the database's clock. A lease is held by
 * an instance, for all its segments: renewing it touches no row that batches update.
 */
final class SegmentRepository {

    private static final String REGISTER =
            """
            INSERT INTO {schema}.subscription_instances AS i
                   (instance_id, description, subscriptions, lease_duration, lease_until)
            VALUES (?, ?, ?, ? * interval '1 ms', clock_timestamp() + ? * interval '1 ms')
            ON CONFLICT (instance_id) DO UPDATE
               SET subscriptions = excluded.subscriptions, lease_duration = excluded.lease_duration,
                   lease_until = excluded.lease_until""";

    private static final String ROWS =
            """
            SELECT c.segment, c.last_bucket, c.epoch, c.position, c.merge_at, c.rebuild_until, c.projection_name,
                   CASE WHEN c.owner = ? THEN c.owner ELSE o.instance_id END,
                   ARRAY(SELECT l.instance_id FROM others AS l WHERE c.projection_name = ANY (l.subscriptions)),
                   s.changes, s.paused_at, s.paused_by, s.pause_reason
              FROM {schema}.projection_checkpoints AS c
              LEFT JOIN others AS o ON o.instance_id = c.owner
              LEFT JOIN {schema}.subscription_controls AS s ON s.projection_name = c.projection_name""";

    private static final String OTHERS =
            """
            WITH others AS (SELECT i.instance_id, i.subscriptions FROM {schema}.subscription_instances AS i
                             WHERE i.instance_id <> ? AND {schema}.leased(i))""";

    /** Where the row is locked, somebody is just writing its checkpoint, or froze when it had: not worth waiting for. */
    private static final String CLAIM =
            """
            WITH free AS (
                SELECT c.projection_name, c.segment FROM {schema}.projection_checkpoints AS c
                 WHERE c.projection_name = ? AND c.segment = ? AND c.epoch = ?
                   AND (c.owner = ? OR NOT EXISTS (SELECT FROM {schema}.subscription_instances AS i
                                                    WHERE i.instance_id = c.owner AND {schema}.leased(i)))
                   FOR UPDATE SKIP LOCKED)
            UPDATE {schema}.projection_checkpoints AS c
               SET owner = ?, epoch = c.epoch + 1, claimed_at = clock_timestamp()
              FROM free
             WHERE c.projection_name = free.projection_name AND c.segment = free.segment
            RETURNING c.segment, c.last_bucket, c.epoch, c.position, c.merge_at, c.rebuild_until""";

    private static final String RELEASE =
            """
            UPDATE {schema}.projection_checkpoints SET owner = NULL
             WHERE projection_name = ? AND segment = ? AND owner = ? AND epoch = ?""";

    /** Where a row is locked its owner stays, which is nobody any more: that waits for nobody. */
    private static final String DEREGISTER =
            """
            WITH mine AS (
                SELECT projection_name, segment FROM {schema}.projection_checkpoints WHERE owner = ? FOR UPDATE SKIP LOCKED),
            released AS (
                UPDATE {schema}.projection_checkpoints AS c SET owner = NULL FROM mine
                 WHERE c.projection_name = mine.projection_name AND c.segment = mine.segment)
            DELETE FROM {schema}.subscription_instances
             WHERE instance_id = ? OR lease_until < clock_timestamp() - interval '1 day'""";

    /** The first segment decides whose cut holds when several instances make them at once. */
    private static final String CREATE =
            """
            WITH first AS (
                INSERT INTO {schema}.projection_checkpoints (projection_name, segment, last_bucket, position)
                VALUES (?, 0, ?, ?) ON CONFLICT DO NOTHING RETURNING position)
            INSERT INTO {schema}.projection_checkpoints (projection_name, segment, last_bucket, position)
            SELECT ?, s.segment, s.last_bucket, first.position
              FROM first, unnest(?::smallint[], ?::smallint[]) AS s (segment, last_bucket)""";

    private final JdbcOperations detached;
    private final EventSourceSchema schema;
    private final UUID instance;

    SegmentRepository(JdbcOperations detached, EventSourceSchema schema, UUID instance) {
        this.detached = detached;
        this.schema = schema;
        this.instance = instance;
    }

    /**
     * Renews the lease of this instance and looks at the segments of all subscriptions, so that all instances count the same,
     * also those that do not drive the same.
     *
     * @param subscriptions what this instance drives
     * @return the segments, by name and number
     */
    List<SegmentRow> renew(String description, Collection<String> subscriptions, Duration lease) {
        String[] names = subscriptions.toArray(String[]::new);
        return detached.query(
                schema.sql(
                        OTHERS + ", renewed AS (" + REGISTER + ") " + ROWS + " ORDER BY c.projection_name, c.segment"),
                (row, number) -> segment(row, subscriptions),
                instance,
                instance,
                description,
                names,
                lease.toMillis(),
                lease.toMillis(),
                instance);
    }

    /** The segments of a subscription, without renewing anything. */
    List<SegmentRow> find(String subscription) {
        return detached.query(
                schema.sql(OTHERS + " " + ROWS + " WHERE c.projection_name = ? ORDER BY c.segment"),
                (row, number) -> segment(row, List.of()),
                instance,
                instance,
                subscription);
    }

    private SegmentRow segment(ResultSet row, Collection<String> driven) throws SQLException {
        Array others = row.getArray(9);
        Set<UUID> candidates = new HashSet<>(Arrays.asList((UUID[]) others.getArray()));
        if (driven.contains(row.getString(7))) {
            candidates.add(instance);
        }
        return new SegmentRow(
                row.getString(7),
                CheckpointRepository.checkpoint(row, 1),
                row.getObject(8, UUID.class),
                Set.copyOf(candidates),
                ControlRepository.control(row, 10));
    }

    /** Makes the segments of a subscription, unless somebody else just did; says whether there are so many now. */
    boolean create(String subscription, int segments, long position) {
        List<Bucket.Range> ranges = Bucket.Range.ALL.split(segments);
        List<Bucket.Range> further = ranges.subList(1, segments);
        int made = detached.update(
                schema.sql(CREATE),
                subscription,
                ranges.get(0).last(),
                position,
                subscription,
                further.stream().map(each -> (short) each.first()).toArray(Short[]::new),
                further.stream().map(each -> (short) each.last()).toArray(Short[]::new));
        return made == further.size();
    }

    /**
     * Takes a segment that no running instance owns.
     *
     * @param seen the segment as it was seen
     * @return its checkpoint, or empty when it is no longer like that
     */
    Optional<Checkpoint> claim(SegmentRow seen) {
        return detached
                .query(
                        schema.sql(CLAIM),
                        (row, number) -> CheckpointRepository.checkpoint(row, 1),
                        seen.subscription(),
                        seen.number(),
                        seen.checkpoint().epoch(),
                        instance,
                        instance)
                .stream()
                .findFirst();
    }

    /** Gives a segment up, if it is still owned in this epoch. */
    void release(SegmentKey segment, long epoch) {
        detached.update(schema.sql(RELEASE), segment.subscription(), segment.segment(), instance, epoch);
    }

    /** Gives everything up and forgets this instance. */
    void deregister() {
        detached.update(schema.sql(DEREGISTER), instance, instance);
    }

    /**
     * Cuts a segment in two.
     *
     * @return whether it was as it had been seen
     */
    boolean split(SegmentRow seen) {
        Bucket.Range buckets = seen.checkpoint().buckets();
        return Boolean.TRUE.equals(detached.queryForObject(
                schema.sql("SELECT {schema}.split_segment(?, ?::smallint, ?, ?::smallint)"),
                Boolean.class,
                seen.subscription(),
                seen.number(),
                seen.checkpoint().epoch(),
                buckets.split(2).get(1).first()));
    }

    /**
     * Has neighbours become one segment as soon as they have come to the same position.
     *
     * @return whether they were as they had been seen
     */
    boolean merge(String subscription, List<SegmentRow> neighbours) {
        return !"changed"
                .equals(detached.queryForObject(
                        schema.sql("SELECT {schema}.merge_segments(?, ?)"),
                        String.class,
                        subscription,
                        neighbours.stream().map(each -> (short) each.number()).toArray(Short[]::new)));
    }

    /** Completes a merge if all its parts have come to where they meet; says whether they have. */
    boolean completeMerge(SegmentKey part) {
        return detached.queryForList(
                        schema.sql(
                                """
                        SELECT {schema}.complete_merge(projection_name, merge_into) FROM {schema}.projection_checkpoints
                         WHERE projection_name = ? AND segment = ? AND merge_into IS NOT NULL"""),
                        Boolean.class,
                        part.subscription(),
                        part.segment())
                .contains(true);
    }
}
