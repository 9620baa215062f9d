package io.eventsource.store;

import io.eventsource.event.StoredEvent;
import io.eventsource.log.EventColumns;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.store.EventStore.StreamDescription;
import io.eventsource.store.StreamQuery.Direction;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcOperations;

/** Reads single streams and single events. */
final class StreamReader {

    private static final String READ =
            "SELECT " + EventColumns.ALL + " FROM {schema}.events WHERE aggregate_id = ? AND version BETWEEN ? AND ?";

    private static final String FIND_EVENT = "SELECT " + EventColumns.ALL + " FROM {schema}.events WHERE event_id = ?";

    private static final String DESCRIBE =
            "SELECT aggregate_type, tenant_id, version FROM {schema}.event_streams WHERE aggregate_id = ?";

    private final String read;
    private final String findEvent;
    private final String describe;

    StreamReader(EventSourceSchema schema) {
        this.read = schema.sql(READ);
        this.findEvent = schema.sql(FIND_EVENT);
        this.describe = schema.sql(DESCRIBE);
    }

    List<StoredEvent> read(JdbcOperations jdbc, StreamQuery query) {
        List<Object> arguments = new ArrayList<>(List.of(query.aggregateId(), query.fromVersion(), query.toVersion()));
        StringBuilder statement = new StringBuilder(read);
        if (query.toPosition() < Long.MAX_VALUE) {
            statement.append(" AND position <= ?");
            arguments.add(query.toPosition());
        }
        if (query.toTime() != null) {
            statement.append(" AND created_at <= ?");
            arguments.add(query.toTime().atOffset(ZoneOffset.UTC));
        }
        statement.append(query.direction() == Direction.FORWARD ? " ORDER BY version" : " ORDER BY version DESC");
        statement.append(" LIMIT ?");
        arguments.add(query.limit());
        return jdbc.query(statement.toString(), EventColumns.MAPPER, arguments.toArray());
    }

    Optional<StoredEvent> findEvent(JdbcOperations jdbc, UUID eventId) {
        return jdbc.query(findEvent, EventColumns.MAPPER, eventId).stream().findFirst();
    }

    Optional<StreamDescription> describe(JdbcOperations jdbc, UUID aggregateId) {
        return jdbc
                .query(
                        describe,
                        (row, number) ->
                                new StreamDescription(aggregateId, row.getString(1), row.getString(2), row.getLong(3)),
                        aggregateId)
                .stream()
                .findFirst();
    }
}
