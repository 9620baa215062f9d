package io.eventsource.store;

import io.eventsource.event.StoredEvent;
import io.eventsource.schema.EventSourceSchema;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Reads pages of the log below a settled head. Thread-safe. Never joins a surrounding transaction: the page must be read
 * in a snapshot taken after the head was.
 */
public final class LogReader {

    private final JdbcOperations detached;
    private final EventSourceSchema schema;
    private final StoredEventMapper mapper = new StoredEventMapper();

    /**
     * Creates a reader. No connection is opened.
     *
     * @param dataSource where the tables are
     * @param schema the schema that holds them
     */
    public LogReader(DataSource dataSource, EventSourceSchema schema) {
        this(DetachedJdbc.on(dataSource), schema);
    }

    LogReader(JdbcOperations detached, EventSourceSchema schema) {
        this.detached = detached;
        this.schema = schema;
    }

    /**
     * Reads a page.
     *
     * @param query which events, their types by the names they are stored under
     * @param settledHead a settled head obtained from {@link LogHead} before this call
     * @return the events by position up to the head
     */
    public LogPage read(LogQuery query, long settledHead) {
        return read(query, BucketRange.ALL, settledHead);
    }

    /**
     * Reads a page of a share of the streams.
     *
     * @param query which events, their types by the names they are stored under
     * @param buckets the share
     * @param settledHead a settled head obtained from {@link LogHead} before this call
     * @return the events by position up to the head
     */
    public LogPage read(LogQuery query, BucketRange buckets, long settledHead) {
        if (query.afterPosition() >= settledHead) {
            return new LogPage(List.of(), query.afterPosition(), settledHead);
        }
        List<Object> arguments = new ArrayList<>(List.of(query.afterPosition(), settledHead));
        StringBuilder where = new StringBuilder();
        restrict(where, arguments, " AND event_type = ANY (?)", array(query.eventTypes()));
        restrict(where, arguments, " AND aggregate_type = ANY (?)", array(query.aggregateTypes()));
        restrict(where, arguments, " AND tenant_id = ?", query.tenantId());
        restrict(where, arguments, " AND created_at >= ?", database(query.from()));
        restrict(where, arguments, " AND created_at < ?", database(query.to()));
        if (!buckets.equals(BucketRange.ALL)) {
            where.append(" AND bucket BETWEEN ? AND ?");
            arguments.addAll(List.of(buckets.first(), buckets.last()));
        }
        arguments.add(query.limit());
        List<StoredEvent> events = detached.query(
                schema.sql("SELECT " + StoredEventMapper.COLUMNS
                        + " FROM {schema}.events WHERE position > ? AND position <= ?" + where
                        + " ORDER BY position LIMIT ?"),
                mapper,
                arguments.toArray());
        boolean full = events.size() == query.limit();
        return new LogPage(events, full ? events.get(events.size() - 1).position() : settledHead, settledHead);
    }

    private static String @Nullable [] array(Set<String> values) {
        return values.isEmpty() ? null : values.toArray(String[]::new);
    }

    private static @Nullable OffsetDateTime database(@Nullable Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }

    private static void restrict(
            StringBuilder where, List<Object> arguments, String condition, @Nullable Object argument) {
        if (argument != null) {
            where.append(condition);
            arguments.add(argument);
        }
    }
}
