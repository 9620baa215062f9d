package io.eventsource.subscription;

import io.eventsource.testing.TestDatabase;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcTemplate;

/** A read model that keeps a row for each effect in the order of handling, and what must hold between it, its checkpoint and the log. */
final class EffectLog {

    static final String INSERT = "INSERT INTO effect_log (projection, position, stream, version) VALUES (?, ?, ?, ?)";

    /** One statement sees one snapshot: what one would find who looked at the database at that moment. */
    private static final String LOOK =
            """
            SELECT c.position,
                   (SELECT count(*) FROM eventsource.events e
                     WHERE e.position > ? AND e.position <= c.position AND e.event_type IN ('deposited', 'noted')
                       AND NOT EXISTS (SELECT FROM effect_log f
                                        WHERE f.projection = c.projection_name AND f.position = e.position)),
                   (SELECT count(*) FROM effect_log f
                     WHERE f.projection = c.projection_name AND f.position > c.position),
                   (SELECT count(*) - count(DISTINCT f.position) FROM effect_log f
                     WHERE f.projection = c.projection_name)
              FROM eventsource.projection_checkpoints c WHERE c.projection_name = ?""";

    private final JdbcTemplate jdbc;
    private final long base;

    /**
     * Begins behind a position.
     *
     * @param base the checkpoint that projections begin with
     */
    EffectLog(JdbcTemplate jdbc, long base) {
        this.jdbc = jdbc;
        this.base = base;
        jdbc.execute(
                """
                CREATE TABLE IF NOT EXISTS effect_log
                    (id bigserial PRIMARY KEY, projection text, position bigint, stream uuid, version bigint)""");
        jdbc.execute("CREATE INDEX IF NOT EXISTS effect_log_position ON effect_log (projection, position)");
    }

    /** What a snapshot shows. */
    record Look(long checkpoint, long missing, long ahead, long repeated) {

        /** What must not be, whenever one looks. */
        List<String> violations(String projection, boolean exactlyOnce) {
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

    void begin(String projection) {
        jdbc.update(
                "INSERT INTO eventsource.projection_checkpoints (projection_name, segment, position) VALUES (?, 0, ?)",
                projection,
                base);
    }

    Look look(Connection connection, String projection) {
        return TestDatabase.on(connection)
                .query(
                        LOOK,
                        (row, number) -> new Look(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)),
                        base,
                        projection)
                .get(0);
    }

    private record Row(long position, UUID stream, long version) {}

    private static final String EVENTS =
            """
            SELECT position, aggregate_id, version FROM eventsource.events
             WHERE position > ? AND event_type IN ('deposited', 'noted') ORDER BY position""";

    private static final String EFFECTS =
            "SELECT position, stream, version FROM effect_log WHERE projection = ? ORDER BY id";

    private List<Row> rows(String sql, Object argument) {
        return jdbc.query(
                sql, (row, number) -> new Row(row.getLong(1), row.getObject(2, UUID.class), row.getLong(3)), argument);
    }

    /** What is wrong when everything has been handled. */
    List<String> violationsInTheEnd(EffectHandlers handlers, boolean exactlyOnce) {
        List<String> found = new ArrayList<>();
        List<Row> events = rows(EVENTS, base);
        List<Row> effects = rows(EFFECTS, handlers.name());
        if (exactlyOnce && !effects.equals(events)) {
            found.add("'%s' has %d effects of %d events, without %s, with %s too often or out of place"
                    .formatted(
                            handlers.name(),
                            effects.size(),
                            events.size(),
                            without(events, effects),
                            outOfPlace(effects)));
        }
        if (!without(events, effects).isEmpty()) {
            found.add("'%s' skipped %s".formatted(handlers.name(), without(events, effects)));
        }
        violationsInAttempts(handlers, events, found);
        if (exactlyOnce) {
            violationsInStreams(handlers.name(), effects, found);
        }
        return found;
    }

    private static List<Long> without(List<Row> events, List<Row> effects) {
        TreeSet<Long> left = events.stream().map(Row::position).collect(Collectors.toCollection(TreeSet::new));
        effects.forEach(effect -> left.remove(effect.position()));
        return List.copyOf(left);
    }

    private static List<Long> outOfPlace(List<Row> effects) {
        List<Long> found = new ArrayList<>();
        long last = 0;
        for (Row effect : effects) {
            if (effect.position() <= last) {
                found.add(effect.position());
            }
            last = Math.max(last, effect.position());
        }
        return found;
    }

    /** Each attempt is at the next event, or begins again further back. */
    private static void violationsInAttempts(EffectHandlers handlers, List<Row> events, List<String> found) {
        Map<Long, Integer> places = new HashMap<>();
        events.forEach(event -> places.put(event.position(), places.size()));
        int before = -1;
        for (long position : handlers.attempts()) {
            Integer place = places.get(position);
            if (place == null) {
                found.add("'%s' was given %d, which is not committed".formatted(handlers.name(), position));
                continue;
            }
            if (place > before + 1) {
                found.add("'%s' went past %d events to position %d"
                        .formatted(handlers.name(), place - before - 1, position));
            }
            before = place;
        }
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
    Map<Long, Integer> places(String projection) {
        Map<Long, Integer> places = new HashMap<>();
        rows(EFFECTS, projection).forEach(effect -> places.putIfAbsent(effect.position(), places.size()));
        return places;
    }
}
