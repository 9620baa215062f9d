package io.eventsource.testing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A read model that keeps a row for each effect in the order of handling, and what must hold between it, its checkpoints and
 * the log. It counts the events {@code deposited} and {@code noted} behind a position.
 */
public final class EffectLog {

    /** Takes the projection and the event's position, stream and version. */
    public static final String INSERT =
            "INSERT INTO effect_log (projection, position, stream, version) VALUES (?, ?, ?, ?)";

    /**
     * Takes the instance, the projection and the event's position. The row says as which owner and in which epoch the segment
     * stood at that moment: if the batch commits, they were unchanged.
     */
    public static final String INSERT_SIGNED =
            """
            INSERT INTO effect_log (projection, position, stream, version, event_id, instance, segment, epoch, owner)
            SELECT p.name, e.position, e.aggregate_id, e.version, e.event_id, ?, s.segment, s.epoch, s.owner
              FROM (VALUES (?)) p (name)
              JOIN eventsource.events e ON e.position = ?
              LEFT JOIN effect_segments s ON s.projection = p.name AND e.bucket BETWEEN s.first_bucket AND s.last_bucket""";

    /** One statement sees one snapshot: what one would find who looked at the database at that moment. */
    private static final String LOOK =
            """
            WITH segments AS MATERIALIZED (
              SELECT first_bucket, last_bucket, position FROM effect_segments WHERE projection = ?
            ), handled AS (
              SELECT position, count(*) AS times FROM effect_log WHERE projection = ? AND position > ? GROUP BY position
            ), seen AS (
              SELECT e.position, s.position AS checkpoint, coalesce(h.times, 0) AS times
                FROM eventsource.events e
                JOIN segments s ON e.bucket BETWEEN s.first_bucket AND s.last_bucket
                LEFT JOIN handled h ON h.position = e.position
               WHERE e.position > ? AND e.event_type IN ('deposited', 'noted')
            )
            SELECT (SELECT coalesce(min(position), 0) FROM segments),
                   count(*) FILTER (WHERE position <= checkpoint AND times = 0),
                   count(*) FILTER (WHERE position > checkpoint AND times > 0),
                   count(*) FILTER (WHERE times > 1)
              FROM seen""";

    private static final String SEGMENTS =
            """
            SELECT projection, segment, first_bucket, last_bucket, owner, epoch, position
              FROM effect_segments WHERE projection = ? ORDER BY first_bucket""";

    private static final String EVENTS =
            """
            SELECT position, aggregate_id, version, bucket FROM eventsource.events
             WHERE position > ? AND event_type IN ('deposited', 'noted') ORDER BY position""";

    private static final String UNHANDLED =
            """
            SELECT count(*) FROM eventsource.events e
             WHERE e.position > ? AND e.event_type IN ('deposited', 'noted')
               AND NOT EXISTS (SELECT FROM effect_log f WHERE f.projection = ? AND f.position = e.position)""";

    private static final String EFFECTS =
            """
            SELECT f.position, f.stream, f.version, coalesce(e.bucket, -1)
              FROM effect_log f LEFT JOIN eventsource.events e ON e.position = f.position
             WHERE f.projection = ? ORDER BY f.id""";

    private static final String OF_ANOTHER_OWNER =
            """
            SELECT format('''%s'': %s handled position %s in segment %s, which %s owned in the epoch %s',
                          projection, instance, position, segment, owner, epoch)
              FROM effect_log WHERE projection = ? AND owner <> instance ORDER BY position LIMIT 20""";

    private static final String SEVERAL_IN_ONE_EPOCH =
            """
            SELECT format('''%s'': segment %s was handled by %s in the epoch %s',
                          projection, segment, string_agg(DISTINCT instance, ' and '), epoch)
              FROM effect_log WHERE projection = ? AND owner IS NOT NULL
             GROUP BY projection, segment, epoch HAVING count(DISTINCT instance) > 1""";

    private final JdbcTemplate jdbc;
    private final long base;

    /** In which order the effects of one projection must have taken place. */
    public enum Order {
        /** In the order of the log: one segment handled all of it. */
        OF_THE_LOG,
        /** In the order of the log within each bucket: it had several segments, in whatever way they were divided. */
        WITHIN_BUCKETS
    }

    /**
     * Begins behind a position.
     *
     * @param base the checkpoint that projections begin with
     */
    public EffectLog(JdbcTemplate jdbc, long base) {
        this.jdbc = jdbc;
        this.base = base;
        jdbc.execute(
                """
                CREATE TABLE IF NOT EXISTS effect_log
                    (id bigserial PRIMARY KEY, projection text, position bigint, stream uuid, version bigint,
                     event_id uuid, instance text, segment int, epoch bigint, owner text)""");
        jdbc.execute("CREATE INDEX IF NOT EXISTS effect_log_position ON effect_log (projection, position)");
        jdbc.execute("CREATE TABLE IF NOT EXISTS effect_resets (projection text, instance text)");
        jdbc.execute("CREATE TABLE IF NOT EXISTS effect_instances (id uuid PRIMARY KEY, name text NOT NULL)");
        jdbc.execute(
                """
                CREATE OR REPLACE VIEW effect_segments AS
                SELECT c.projection_name AS projection, c.segment, c.position, c.epoch, coalesce(i.name, c.owner::text) AS owner,
                       c.segment AS first_bucket, c.last_bucket
                  FROM eventsource.projection_checkpoints c LEFT JOIN effect_instances i ON i.id = c.owner""");
    }

    /** Says which name an owner is to be shown under. Expects the tables to be there. */
    public static void introduce(JdbcTemplate jdbc, UUID instance, String name) {
        jdbc.update("INSERT INTO effect_instances VALUES (?, ?)", instance, name);
    }

    /** What a snapshot shows. */
    public record Look(long checkpoint, long missing, long ahead, long repeated) {

        /** What must not be, whenever one looks. */
        public List<String> violations(String projection, boolean exactlyOnce) {
            List<String> found = new ArrayList<>();
            if (missing > 0) {
                found.add("'%s' has its checkpoint at %d and no effect of %d events up to there"
                        .formatted(projection, checkpoint, missing));
            }
            if (exactlyOnce && ahead > 0) {
                found.add("'%s' has its checkpoint at %d and %d effects behind it"
                        .formatted(projection, checkpoint, ahead));
            }
            if (exactlyOnce && repeated > 0) {
                found.add("'%s' has %d effects twice".formatted(projection, repeated));
            }
            return found;
        }
    }

    /** A segment as its checkpoint shows it. */
    public record Segment(
            String projection,
            int number,
            int firstBucket,
            int lastBucket,
            @Nullable String owner,
            long epoch,
            long position) {}

    /** A projection that has no checkpoint yet begins with this one. */
    public void begin(String projection) {
        jdbc.update(
                "INSERT INTO eventsource.projection_checkpoints (projection_name, segment, position) VALUES (?, 0, ?)",
                projection,
                base);
    }

    /** The position that projections begin behind. */
    public long base() {
        return base;
    }

    /** Looks at everything behind the base. */
    public Look look(JdbcTemplate on, String projection) {
        return look(on, projection, base);
    }

    /**
     * Looks at what is behind a position.
     *
     * @param from up to where an earlier look has seen everything handled
     */
    public Look look(JdbcTemplate on, String projection, long from) {
        return on.query(
                        LOOK,
                        (row, number) -> new Look(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)),
                        projection,
                        projection,
                        from,
                        from)
                .get(0);
    }

    /** How a projection is divided, by rising buckets. */
    public List<Segment> segments(JdbcTemplate on, String projection) {
        return on.query(
                SEGMENTS,
                (row, number) -> new Segment(
                        row.getString(1),
                        row.getInt(2),
                        row.getInt(3),
                        row.getInt(4),
                        row.getString(5),
                        row.getLong(6),
                        row.getLong(7)),
                projection);
    }

    private record Row(long position, UUID stream, long version, int bucket) {}

    private List<Row> rows(String sql, Object argument) {
        return jdbc.query(
                sql,
                (row, number) -> new Row(row.getLong(1), row.getObject(2, UUID.class), row.getLong(3), row.getInt(4)),
                argument);
    }

    /** The positions of all events that there must be an effect of. */
    public List<Long> events() {
        return rows(EVENTS, base).stream().map(Row::position).toList();
    }

    /** How many events have no effect. */
    public int unhandled(String projection) {
        return jdbc.queryForList(UNHANDLED, Integer.class, base, projection).get(0);
    }

    /** How often the read model was emptied. */
    public int resets(String projection) {
        return jdbc.queryForList("SELECT count(*) FROM effect_resets WHERE projection = ?", Integer.class, projection)
                .get(0);
    }

    /** How many effects there are. */
    public int count(String projection) {
        return jdbc.queryForList("SELECT count(*) FROM effect_log WHERE projection = ?", Integer.class, projection)
                .get(0);
    }

    /** How many effects of an instance there are in an epoch of a segment. */
    public int effectsIn(Segment segment, String instance) {
        return jdbc.queryForList(
                        """
                        SELECT count(*) FROM effect_log
                         WHERE projection = ? AND segment = ? AND epoch = ? AND instance = ?""",
                        Integer.class,
                        segment.projection(),
                        segment.number(),
                        segment.epoch(),
                        instance)
                .get(0);
    }

    /** How many effects an instance has committed. */
    public int effectsOf(String projection, String instance) {
        return jdbc.queryForList(
                        "SELECT count(*) FROM effect_log WHERE projection = ? AND instance = ?",
                        Integer.class,
                        projection,
                        instance)
                .get(0);
    }

    /** What is wrong when everything has been handled. */
    public List<String> violationsInTheEnd(String projection, Order order, boolean exactlyOnce) {
        List<String> found = new ArrayList<>();
        List<Row> effects = rows(EFFECTS, projection);
        Set<Row> events = new HashSet<>(rows(EVENTS, base));
        Set<Row> skipped = new HashSet<>(events);
        effects.forEach(skipped::remove);
        report(found, projection, "skipped", positions(skipped));
        report(
                found,
                projection,
                "has effects of what is not in the log,",
                effects.stream()
                        .filter(effect -> !events.contains(effect))
                        .map(Row::position)
                        .toList());
        if (exactlyOnce) {
            report(found, projection, "repeated", repeated(effects));
            report(found, projection, "handled out of place", outOfPlace(effects, order));
            violationsInStreams(projection, effects, found);
            found.addAll(jdbc.queryForList(OF_ANOTHER_OWNER, String.class, projection));
            found.addAll(jdbc.queryForList(SEVERAL_IN_ONE_EPOCH, String.class, projection));
        }
        return found;
    }

    private static void report(List<String> found, String projection, String what, List<Long> positions) {
        if (!positions.isEmpty()) {
            found.add("'%s' %s %d positions: %s"
                    .formatted(
                            projection,
                            what,
                            positions.size(),
                            positions.stream().limit(20).toList()));
        }
    }

    private static List<Long> positions(Set<Row> rows) {
        return rows.stream().map(Row::position).sorted().toList();
    }

    private static List<Long> repeated(List<Row> effects) {
        Set<Long> once = new HashSet<>();
        return effects.stream()
                .map(Row::position)
                .filter(position -> !once.add(position))
                .toList();
    }

    private static List<Long> outOfPlace(List<Row> effects, Order order) {
        List<Long> found = new ArrayList<>();
        Map<Integer, Long> last = new HashMap<>();
        for (Row effect : effects) {
            int partition = order == Order.OF_THE_LOG ? 0 : effect.bucket();
            if (effect.position() < last.getOrDefault(partition, 0L)) {
                found.add(effect.position());
            }
            last.merge(partition, effect.position(), Math::max);
        }
        return found;
    }

    private static void violationsInStreams(String projection, List<Row> effects, List<String> found) {
        Map<UUID, Long> versions = new HashMap<>();
        for (Row effect : effects) {
            Long before = versions.put(effect.stream(), effect.version());
            if (before != null && effect.version() <= before) {
                found.add("'%s' saw version %d of %s behind version %d"
                        .formatted(projection, effect.version(), effect.stream(), before));
            }
        }
    }

    /** The order in which the effects took place. */
    public Map<Long, Integer> places(String projection) {
        Map<Long, Integer> places = new HashMap<>();
        rows(EFFECTS, projection).forEach(effect -> places.putIfAbsent(effect.position(), places.size()));
        return places;
    }
}
