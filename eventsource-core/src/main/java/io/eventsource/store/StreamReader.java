package io.eventsource.store;

import io.eventsource.event.StoredEvent;
import io.eventsource.log.EventColumns;
import io.eventsource.log.EventPages;
import io.eventsource.log.EventPages.Page;
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

    private static final String READ = "SELECT " + EventColumns.ALL + " FROM {schema}.events WHERE ";

    private static final String VERSIONS = "aggregate_id = ? AND version BETWEEN ? AND ?";

    /** A page that is bounded by bytes names all its events first. */
    private static final int MOST_AT_ONCE = 1_000;

    private static final String FIND_EVENT = "SELECT " + EventColumns.ALL + " FROM {schema}.events WHERE event_id = ?";

    private static final String DESCRIBE =
            "SELECT aggregate_type, tenant_id, version FROM {schema}.event_streams WHERE aggregate_id = ?";

    private final EventPages pages;
    private final String read;
    private final String findEvent;
    private final String describe;

    StreamReader(EventSourceSchema schema) {
        this.pages = new EventPages(schema);
        this.read = schema.sql(READ);
        this.findEvent = schema.sql(FIND_EVENT);
        this.describe = schema.sql(DESCRIBE);
    }

    Page read(JdbcOperations jdbc, StreamQuery query) {
        List<Object> arguments = new ArrayList<>(List.of(query.aggregateId(), query.fromVersion(), query.toVersion()));
        StringBuilder condition = new StringBuilder(VERSIONS);
        if (query.toPosition() < Long.MAX_VALUE) {
            condition.append(" AND position <= ?");
            arguments.add(query.toPosition());
        }
        if (query.toTime() != null) {
            condition.append(" AND created_at <= ?");
            arguments.add(query.toTime().atOffset(ZoneOffset.UTC));
        }
        condition.append(query.direction() == Direction.FORWARD ? " ORDER BY version" : " ORDER BY version DESC");
        if (query.maxBytes() < Long.MAX_VALUE) {
            return within(jdbc, condition.toString(), arguments, query);
        }
        arguments.add(query.limit());
        return new Page(jdbc.query(read + condition + " LIMIT ?", EventColumns.MAPPER, arguments.toArray()), false);
    }

    private Page within(JdbcOperations jdbc, String condition, List<Object> arguments, StreamQuery query) {
        int limit = Math.min(query.limit(), MOST_AT_ONCE);
        Page page = pages.read(jdbc, condition, arguments, limit, query.maxBytes());
        boolean more = limit < query.limit() && page.events().size() == limit;
        return new Page(page.events(), page.truncated() || more);
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
