package io.eventsource.log;

import io.eventsource.EventSourceException;
import io.eventsource.event.StoredEvent;
import io.eventsource.jdbc.DetachedJdbc;
import io.eventsource.schema.EventSourceSchema;
import java.io.Serial;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Reads pages of the log below a high-water mark. Thread-safe. Never joins a surrounding transaction: the page must be read
 * in a snapshot taken after the head was.
 *
 * <p>A page is bounded by events and by bytes, and the server keeps to the bytes before any of it is in memory:
 *
 * <ol>
 *   <li>Of a page of <i>n</i> events each may have an <i>n</i>-th of the bytes. The statement answers those that have no more whole, and
 *       the others without payload and headers. While events are of ordinary size this is all: one statement.
 *   <li>Of the others, one more statement reads those for which the page has room. The page ends before the first for which it has none.
 *   <li>The first event of a page is read whatever its size, so that every page gets somewhere. Where it is one of the others, a statement reads it by itself.
 * </ol>
 *
 * <p>What counts is the length of the JSON text, which the compressed size in the table does not tell: text that repeats itself is stored in a
 * hundredth of it. The compressed size is looked at first, because it costs nothing and the text of a large value does.
 */
public final class LogReader {

    /** Headers that are no larger in the table are not measured: those of a trace have a hundred bytes. */
    private static final String HEADERS_FIT =
            "(metadata IS NULL OR pg_column_size(metadata) <= 256 OR pg_column_size(metadata) <= ? AND octet_length(metadata::text) <= ?)";

    /** Its LIMIT keeps the inner statement by itself, so that a payload becomes a text once. */
    private static final String OUTLINE = "SELECT " + EventColumns.DETAILS
            + ", CASE WHEN metadata IS NOT NULL AND octet_length(payload) <= ? THEN metadata END AS metadata"
            + ", CASE WHEN octet_length(payload) <= ? THEN payload END AS payload FROM (SELECT "
            + EventColumns.DETAILS + ", metadata, CASE WHEN pg_column_size(payload) <= ? AND " + HEADERS_FIT
            + " THEN payload::text END AS payload FROM {schema}.events WHERE position > ? AND position <= ?";

    private final JdbcOperations detached;
    private final EventSourceSchema schema;
    private final long maxBytes;
    private final LargeEvents large;

    /**
     * Creates a reader. No connection is opened.
     *
     * @param dataSource where the tables are
     * @param schema the schema that holds them
     */
    public LogReader(DataSource dataSource, EventSourceSchema schema) {
        this(dataSource, schema, PageBytes.byHeap());
    }

    /**
     * Creates a reader. No connection is opened.
     *
     * @param dataSource where the tables are
     * @param schema the schema that holds them
     * @param maxBytes how many bytes a page has at most, unless one event alone has more
     */
    public LogReader(DataSource dataSource, EventSourceSchema schema, long maxBytes) {
        this(DetachedJdbc.on(dataSource), schema, maxBytes);
    }

    LogReader(JdbcOperations detached, EventSourceSchema schema, long maxBytes) {
        this.detached = detached;
        this.schema = schema;
        this.maxBytes = maxBytes;
        this.large = new LargeEvents(detached, schema);
    }

    /**
     * Reads a page.
     *
     * @param query which events, their types by the names they are stored under
     * @param highWaterMark a high-water mark obtained from {@link LogHead} before this call
     * @return the events by position up to the head
     */
    public LogPage read(LogQuery query, long highWaterMark) {
        return read(query, BucketRange.ALL, highWaterMark);
    }

    /**
     * Reads a page of a share of the streams.
     *
     * @param query which events, their types by the names they are stored under
     * @param buckets the share
     * @param highWaterMark a high-water mark obtained from {@link LogHead} before this call
     * @return the events by position up to the head
     */
    public LogPage read(LogQuery query, BucketRange buckets, long highWaterMark) {
        return read(query, buckets, highWaterMark, maxBytes);
    }

    /**
     * Reads a page of a share of the streams, of fewer bytes.
     *
     * @param query which events, their types by the names they are stored under
     * @param buckets the share
     * @param highWaterMark a high-water mark obtained from {@link LogHead} before this call
     * @param bytes how many bytes the page has at most, unless its first event alone has more
     * @return the events by position up to the head
     * @throws EventTooLargeException when the memory is used up by the first event alone
     */
    public LogPage read(LogQuery query, BucketRange buckets, long highWaterMark, long bytes) {
        LogOutline outline = outline(query, buckets, highWaterMark, bytes);
        if (outline.unread().isEmpty()) {
            return new LogPage(outline.events(), outline.nextPosition(), highWaterMark);
        }
        List<StoredEvent> events = large.read(outline, bytes);
        if (events.size() == outline.events().size()) {
            return new LogPage(events, outline.nextPosition(), highWaterMark);
        }
        StoredEvent last = events.isEmpty() ? outline.events().get(0) : events.get(events.size() - 1);
        return new LogPage(events, last.position(), highWaterMark);
    }

    /**
     * How many bytes an event has, as the limits of pages count them.
     *
     * @param event the event
     * @return the length of its texts
     */
    public static long size(StoredEvent event) {
        long size = event.payload().length();
        for (Map.Entry<String, String> header : event.metadata().headers().entrySet()) {
            size += header.getKey().length() + header.getValue().length();
        }
        return size;
    }

    /**
     * Names the events of a page, and brings into memory what is small.
     *
     * @param query which events, their types by the names they are stored under
     * @param highWaterMark a high-water mark obtained from {@link LogHead} before this call
     * @param bytes how many bytes all of it may have; each event may have its share
     * @return the events by position up to the head
     */
    public LogOutline outline(LogQuery query, long highWaterMark, long bytes) {
        return outline(query, BucketRange.ALL, highWaterMark, bytes);
    }

    /**
     * Names the events of a page of a share of the streams, and brings into memory what is small.
     *
     * @param query which events, their types by the names they are stored under
     * @param buckets the share
     * @param highWaterMark a high-water mark obtained from {@link LogHead} before this call
     * @param bytes how many bytes all of it may have, 0 for none
     * @return the events by position up to the head
     */
    public LogOutline outline(LogQuery query, BucketRange buckets, long highWaterMark, long bytes) {
        if (query.afterPosition() >= highWaterMark) {
            return new LogOutline(List.of(), Set.of(), query.afterPosition());
        }
        // one half for the payload, the other for the headers
        long share = bytes / query.limit() / 2;
        List<Object> arguments =
                new ArrayList<>(List.of(share, share, share, share, share, query.afterPosition(), highWaterMark));
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
        Set<Long> unread = new HashSet<>();
        List<StoredEvent> events = detached.query(
                schema.sql(OUTLINE + where + " ORDER BY position LIMIT ?) AS page"),
                (row, number) -> {
                    StoredEvent event = Objects.requireNonNull(EventColumns.MAPPER.mapRow(row, number));
                    if (event.payload().isEmpty()) {
                        unread.add(event.position());
                    }
                    return event;
                },
                arguments.toArray());
        boolean full = events.size() == query.limit();
        return new LogOutline(
                events, unread, full ? events.get(events.size() - 1).position() : highWaterMark);
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

    /**
     * A page of the log in which the largest events are named without being in memory.
     *
     * @param events the events by position, undecoded
     * @param unread the positions of those whose payload and headers were left in the database; they are empty here
     * @param nextPosition the position to read behind next
     */
    public record LogOutline(List<StoredEvent> events, Set<Long> unread, long nextPosition) {

        /** The payload of an event that was left in the database. */
        public static final String NOT_READ = "";
    }

    /**
     * The heap does not hold one event, read by itself. The event is untouched. It counts as an error of this event: it is tried again as often
     * as the settings allow, in case something else had taken the memory, and then it goes where events go that cannot be decoded.
     */
    public static final class EventTooLargeException extends EventSourceException {

        @Serial
        private static final long serialVersionUID = 1L;

        private final transient StoredEvent event;

        /**
         * Creates an exception about an event.
         *
         * @param event the event; its payload may be missing
         * @param cause that the memory was used up
         */
        public EventTooLargeException(StoredEvent event, OutOfMemoryError cause) {
            super(
                    "The memory of this process does not hold event '%s' of %s, although it was read by itself. Give the process more heap (%d MiB now); then retry the event where it is set aside."
                            .formatted(
                                    event.eventType(),
                                    event.location(),
                                    Runtime.getRuntime().maxMemory() / (1024 * 1024)),
                    cause);
            this.event = event;
        }

        /**
         * Which event it is.
         *
         * @return the event, perhaps without payload
         */
        public StoredEvent event() {
            return event;
        }
    }
}
