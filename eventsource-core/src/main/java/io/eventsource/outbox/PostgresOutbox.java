package io.eventsource.outbox;

import io.eventsource.deadletter.DeadLetter;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.outbox.Outbox.DestinationStatus;
import io.eventsource.schema.EventSourceSchema;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;

/** Checkpoints say what is sent, the dead-letter queue what is not, and the log what is still to come. */
final class PostgresOutbox implements Outbox {

    /** How far behind a segment events are counted one by one: some 50 ms. */
    private static final int COUNTED_POSITIONS = 100_000;

    /**
     * What is visible counts, also above the high-water mark: while no instance runs, nobody publishes the high-water mark, and events pile up all the same.
     * Segments divide the log by bucket: beyond what is counted, each has its share of the positions.
     */
    private static final String STATUS =
            """
            WITH last AS (
                SELECT coalesce(max(position), 0) AS position FROM {schema}.events),
            place AS (
                SELECT c.segment, c.last_bucket, c.position, l.position AS mark
                  FROM {schema}.projection_checkpoints AS c CROSS JOIN last AS l
                 WHERE c.projection_name = ?),
            behind AS (
                SELECT count(*) AS events, min(e.created_at) AS oldest
                  FROM place AS p
                 CROSS JOIN LATERAL (
                       SELECT n.created_at FROM {schema}.events AS n
                        WHERE n.position > p.position AND n.position <= least(p.mark, p.position + ?)
                          AND n.bucket BETWEEN p.segment AND p.last_bucket
                          AND n.event_type = ANY (?)) AS e),
            beyond AS (
                SELECT coalesce(sum(greatest(mark - position - ?, 0) * (last_bucket - segment + 1) / 1024), 0)::bigint AS positions
                  FROM place)
            SELECT s.position, greatest(l.position - s.position, 0) AS positions_behind, n.events + y.positions + s.waiting AS pending, s.failed, s.published, s.discarded,
                   extract(epoch FROM clock_timestamp() - least(n.oldest, s.oldest_open_at)) AS age, s.last_processed_at
              FROM {schema}.event_outbox_status AS s CROSS JOIN last AS l CROSS JOIN behind AS n CROSS JOIN beyond AS y
             WHERE s.destination = ?""";

    /** The index of open rows counts those; of published ones there are many. */
    private static final String RELAYED_STATUS =
            """
            WITH still AS (
                SELECT coalesce(min(o.position), 0) AS first, count(*) FILTER (WHERE o.status = 'pending') AS pending,
                       count(*) FILTER (WHERE o.status = 'failed') AS failed, min(o.created_at) AS oldest
                  FROM {schema}.event_outbox AS o
                 WHERE o.destination = ? AND o.status IN ('pending', 'failed')),
            done AS (
                SELECT count(*) AS published, max(d.published_at) AS last_at
                  FROM (SELECT p.published_at FROM {schema}.event_outbox AS p
                         WHERE p.destination = ? AND p.status = 'published'
                         ORDER BY p.position DESC LIMIT ?) AS d),
            last AS (
                SELECT coalesce(max(position), 0) AS position FROM {schema}.events)
            SELECT CASE WHEN s.first = 0 THEN l.position ELSE s.first - 1 END AS position,
                   CASE WHEN s.first = 0 THEN 0 ELSE greatest(l.position - s.first + 1, 0) END AS positions_behind,
                   s.pending, s.failed, d.published, 0 AS discarded,
                   extract(epoch FROM clock_timestamp() - s.oldest) AS age, d.last_at AS last_processed_at
              FROM still AS s CROSS JOIN done AS d CROSS JOIN last AS l""";

    private final JdbcOperations jdbc;
    private final EventSourceSchema schema;
    private final DeadLetterRepository deadLetters;
    private final Map<String, Set<String>> destinations;
    private final Set<String> relayed;

    PostgresOutbox(
            DataSource dataSource,
            EventSourceSchema schema,
            DeadLetterRepository deadLetters,
            Map<String, Set<String>> destinations,
            Set<String> relayed) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.schema = schema;
        this.deadLetters = deadLetters;
        this.destinations = new TreeMap<>(destinations);
        this.relayed = Set.copyOf(relayed);
    }

    @Override
    public List<DestinationStatus> destinations() {
        return Stream.concat(
                        destinations.keySet().stream().map(this::status),
                        relayed.stream().map(this::relayedStatus))
                .sorted(Comparator.comparing(DestinationStatus::name))
                .toList();
    }

    private DestinationStatus relayedStatus(String destination) {
        return jdbc.query(
                        schema.sql(RELAYED_STATUS),
                        (row, number) -> status(destination, row),
                        destination,
                        destination,
                        COUNTED_POSITIONS)
                .get(0);
    }

    private DestinationStatus status(String destination) {
        return jdbc
                .query(
                        schema.sql(STATUS),
                        (row, number) -> status(destination, row),
                        Publisher.NAME_PREFIX + destination,
                        COUNTED_POSITIONS,
                        destinations.getOrDefault(destination, Set.of()).toArray(String[]::new),
                        COUNTED_POSITIONS,
                        destination)
                .stream()
                .findFirst()
                .orElseGet(() -> new DestinationStatus(destination, 0, 0, 0, 0, 0, 0, Duration.ZERO, null));
    }

    private static DestinationStatus status(String destination, ResultSet row) throws SQLException {
        OffsetDateTime last = row.getObject("last_processed_at", OffsetDateTime.class);
        // 0 for SQL's NULL; the clock of the database may have been set back meanwhile
        double seconds = Math.max(0, row.getDouble("age"));
        return new DestinationStatus(
                destination,
                row.getLong("position"),
                row.getLong("positions_behind"),
                row.getLong("pending"),
                row.getLong("failed"),
                row.getLong("published"),
                row.getLong("discarded"),
                Duration.ofMillis(Math.round(seconds * 1000)),
                last == null ? null : last.toInstant());
    }

    @Override
    public List<DeadLetter> entries(String destination, long afterId, int limit) {
        return deadLetters.list(
                DeadLetterRepository.Filter.OPEN.withProjection(subscription(destination)), afterId, limit);
    }

    private String subscription(String destination) {
        if (!destinations.containsKey(destination)) {
            throw new IllegalArgumentException(
                    "There is no destination '%s', only %s".formatted(destination, destinations.keySet()));
        }
        return Publisher.NAME_PREFIX + destination;
    }

    @Override
    public boolean retry(long id) {
        return ofDestination(id) && deadLetters.markRetrying(id);
    }

    @Override
    public int retryAll(String destination, int limit) {
        DeadLetterRepository.Filter failed = DeadLetterRepository.Filter.ALL
                .withStatuses(DeadLetter.Status.FAILED)
                .withProjection(subscription(destination));
        int marked = 0;
        long after = 0;
        while (marked < limit) {
            List<DeadLetter> page =
                    deadLetters.list(failed, after, Math.min(limit - marked, DeadLetterRepository.MAX_PAGE));
            if (page.isEmpty()) {
                break;
            }
            for (DeadLetter letter : page) {
                marked += deadLetters.markRetrying(letter.id()) ? 1 : 0;
                after = letter.id();
            }
        }
        return marked;
    }

    @Override
    public boolean discard(long id, String operator, String reason) {
        return ofDestination(id) && deadLetters.discard(id, operator, reason);
    }

    private boolean ofDestination(long id) {
        return deadLetters
                .find(id)
                .filter(letter -> letter.projection().startsWith(Publisher.NAME_PREFIX))
                .isPresent();
    }
}
