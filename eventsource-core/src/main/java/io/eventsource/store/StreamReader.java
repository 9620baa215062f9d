package io.eventsource.store;

import io.eventsource.event.StoredEvent;
import io.eventsource.schema.EventSourceSchema;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcOperations;

/** Reads single streams. */
final class StreamReader {

    private static final String READ =
            """
            SELECT %s
              FROM {schema}.events
             WHERE aggregate_id = ? AND version BETWEEN ? AND ?
             ORDER BY version %s LIMIT ?""";

    private static final String CURRENT_VERSION = "SELECT version FROM {schema}.event_streams WHERE aggregate_id = ?";

    private final String readForward;
    private final String readBackward;
    private final String currentVersion;
    private final StoredEventMapper mapper = new StoredEventMapper();

    StreamReader(EventSourceSchema schema) {
        this.readForward = schema.sql(READ.formatted(StoredEventMapper.COLUMNS, "ASC"));
        this.readBackward = schema.sql(READ.formatted(StoredEventMapper.COLUMNS, "DESC"));
        this.currentVersion = schema.sql(CURRENT_VERSION);
    }

    List<StoredEvent> read(JdbcOperations jdbc, StreamQuery query) {
        return jdbc.query(
                query.direction() == Direction.FORWARD ? readForward : readBackward,
                mapper,
                query.aggregateId(),
                query.fromVersion(),
                query.toVersion(),
                query.limit());
    }

    long currentVersion(JdbcOperations jdbc, UUID aggregateId) {
        return jdbc.queryForList(currentVersion, Long.class, aggregateId).stream()
                .findFirst()
                .orElse(0L);
    }
}
