package io.eventsource.subscription;

import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * What must hold between the effects of an exactly-once projection, its dead letters, its parked aggregates and its checkpoints,
 * whenever one looks. {@link PoisonHandlers} write the effects.
 */
record ParkedEffects(JdbcTemplate jdbc, String projection, long base) {

    /** One statement sees one snapshot. */
    private static final String VIOLATIONS =
            """
            WITH open AS MATERIALIZED (
              SELECT position, aggregate_id, status FROM eventsource.dead_letter_queue
               WHERE projection_name = ? AND status IN ('failed', 'waiting', 'retrying')
            ), first AS (
              SELECT DISTINCT ON (aggregate_id) aggregate_id, position, status FROM open ORDER BY aggregate_id, position
            ), effect AS MATERIALIZED (
              SELECT position, stream, version, id FROM effects WHERE projection = ?
            ), parked AS (
              SELECT aggregate_id FROM eventsource.parked_aggregates WHERE projection_name = ?
            ), passed AS MATERIALIZED (
              SELECT e.position FROM eventsource.events e
                JOIN eventsource.projection_checkpoints c
                  ON c.projection_name = ? AND e.bucket BETWEEN c.segment AND c.last_bucket AND e.position <= c.position
               WHERE e.event_type = 'deposited' AND e.position > ?
            )
            SELECT 'handled twice: ' || position FROM effect GROUP BY position HAVING count(*) > 1
            UNION ALL
            SELECT 'handled and parked: ' || o.position FROM open o JOIN effect f ON f.position = o.position
            UNION ALL
            SELECT 'lost: ' || p.position FROM passed p
             WHERE NOT EXISTS (SELECT FROM effect f WHERE f.position = p.position)
               AND NOT EXISTS (SELECT FROM open o WHERE o.position = p.position)
            UNION ALL
            SELECT 'handled before the checkpoint: ' || f.position FROM effect f
             WHERE NOT EXISTS (SELECT FROM passed p WHERE p.position = f.position)
            UNION ALL
            SELECT 'in the queue before the checkpoint: ' || o.position FROM open o
             WHERE NOT EXISTS (SELECT FROM passed p WHERE p.position = o.position)
            UNION ALL
            SELECT 'open and not parked: ' || aggregate_id FROM (SELECT aggregate_id FROM open EXCEPT SELECT aggregate_id FROM parked) x
            UNION ALL
            SELECT 'parked without an open entry: ' || aggregate_id FROM (SELECT aggregate_id FROM parked EXCEPT SELECT aggregate_id FROM open) x
            UNION ALL
            SELECT 'waits behind nothing: ' || position FROM first WHERE status = 'waiting'
            UNION ALL
            SELECT 'handled before what is parked: ' || f.position FROM effect f JOIN first o ON o.aggregate_id = f.stream AND f.position > o.position
            UNION ALL
            SELECT 'out of order: ' || position FROM (
              SELECT position, version - lag(version, 1, 0::bigint) OVER (PARTITION BY stream ORDER BY id) AS step FROM effect) s
             WHERE step <> 1
             LIMIT 50""";

    /** What is wrong at this moment, for a projection whose aggregates begin behind the base with version 1. */
    List<String> violations() {
        return violations(jdbc);
    }

    List<String> violations(JdbcTemplate on) {
        return on.queryForList(VIOLATIONS, String.class, projection, projection, projection, projection, base);
    }

    /** How many effects there are. */
    long count() {
        return number("SELECT count(*) FROM effects WHERE projection = ?");
    }

    /** How many entries are open. */
    long open() {
        return number(
                """
                SELECT count(*) FROM eventsource.dead_letter_queue
                 WHERE projection_name = ? AND status IN ('failed', 'waiting', 'retrying')""");
    }

    /** How many events were ever parked. */
    long everParked() {
        return number("SELECT count(*) FROM eventsource.dead_letter_queue WHERE projection_name = ?");
    }

    private long number(String sql) {
        return jdbc.queryForList(sql, Long.class, projection).get(0);
    }

    /** The positions of open entries, in order. */
    List<Long> openPositions() {
        return jdbc.queryForList(
                """
                SELECT position FROM eventsource.dead_letter_queue
                 WHERE projection_name = ? AND status IN ('failed', 'waiting', 'retrying') ORDER BY position""",
                Long.class,
                projection);
    }

    /** The positions of the effects, in order. */
    List<Long> positions() {
        return jdbc.queryForList(
                "SELECT position FROM effects WHERE projection = ? ORDER BY position", Long.class, projection);
    }
}
