package io.eventsource.subscription;

import io.eventsource.jdbc.DetachedJdbc;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.schema.EventSourceSchema;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcOperations;

/** Where in the log events are that somebody waits for. Sees what is committed, also from within a transaction. Thread-safe. */
final class AwaitedEvents {

    /** Events of a request that are still of interest are among so many of the last ones. */
    static final long RECENT = 10_000;

    /** The stream's row comes first: an event that is in an archive has been passed long ago. */
    private static final String OF_VERSION =
            """
            SELECT coalesce((SELECT e.position FROM {schema}.events AS e WHERE e.aggregate_id = s.aggregate_id AND e.version = ?), 0)
              FROM {schema}.event_streams AS s
             WHERE s.aggregate_id = ? AND s.version >= ?""";

    /** No index is needed: the primary key bounds it. */
    private static final String OF_CORRELATION =
            "SELECT max(e.position) FROM {schema}.events AS e WHERE e.position > ? AND e.correlation_id = ?";

    private final JdbcOperations jdbc;
    private final EventSourceSchema schema;

    AwaitedEvents(EventDatabase database) {
        this.jdbc = DetachedJdbc.on(database.dataSource());
        this.schema = database.schema();
    }

    /** The position of an event of a stream; empty while it is not committed. */
    OptionalLong ofVersion(UUID aggregateId, long version) {
        List<Long> found = jdbc.queryForList(schema.sql(OF_VERSION), Long.class, version, aggregateId, version);
        return found.isEmpty() ? OptionalLong.empty() : OptionalLong.of(found.get(0));
    }

    /** The position of the last event of a correlation behind a position; empty while none is committed. */
    OptionalLong ofCorrelation(String correlationId, long after) {
        Long found = jdbc.queryForObject(schema.sql(OF_CORRELATION), Long.class, after, correlationId);
        return found == null ? OptionalLong.empty() : OptionalLong.of(found);
    }
}
