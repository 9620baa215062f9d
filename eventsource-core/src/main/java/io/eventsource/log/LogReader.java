package io.eventsource.log;

import io.eventsource.EventSourceException;
import io.eventsource.event.StoredEvent;
import io.eventsource.jdbc.DetachedJdbc;
import io.eventsource.log.EventColumns.Conditions;
import io.eventsource.log.EventPages.Outline;
import io.eventsource.schema.EventSourceSchema;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Reads pages of the log below a high-water mark. Thread-safe. Never joins a surrounding transaction: the page must be read
 * in a snapshot taken after the mark was read.
 * {@link EventPages} bounds a page by bytes.
 */
public final class LogReader {

    private final JdbcOperations detached;
    private final long maxBytes;
    private final EventPages pages;

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
        this.maxBytes = maxBytes;
        this.pages = new EventPages(schema);
    }

    /**
     * Reads a page.
     *
     * @param query which events, their types by the names they are stored under
     * @param highWaterMark a high-water mark obtained from {@link HighWaterMark} before this call
     * @return the events by position up to the high-water mark
     */
    public LogPage read(LogQuery query, long highWaterMark) {
        return read(query, Bucket.Range.ALL, highWaterMark);
    }

    /**
     * Reads a page of a share of the streams.
     *
     * @param query which events, their types by the names they are stored under
     * @param buckets the share
     * @param highWaterMark a high-water mark obtained from {@link HighWaterMark} before this call
     * @return the events by position up to the high-water mark
     */
    public LogPage read(LogQuery query, Bucket.Range buckets, long highWaterMark) {
        return read(query, buckets, highWaterMark, maxBytes);
    }

    /**
     * Reads a page of a share of the streams, of fewer bytes.
     *
     * @param query which events, their types by the names they are stored under
     * @param buckets the share
     * @param highWaterMark a high-water mark obtained from {@link HighWaterMark} before this call
     * @param bytes how many bytes the page has at most, unless its first event alone has more
     * @return the events by position up to the high-water mark
     * @throws EventTooLargeException when the memory is used up by the first event alone
     */
    public LogPage read(LogQuery query, Bucket.Range buckets, long highWaterMark, long bytes) {
        LogOutline outline = outline(query, buckets, highWaterMark, bytes);
        List<StoredEvent> events = pages.whole(detached, new Outline(outline.events(), outline.unread()), bytes);
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
     * @param highWaterMark a high-water mark obtained from {@link HighWaterMark} before this call
     * @param bytes how many bytes all of it may have; each event may have its share
     * @return the events by position up to the high-water mark
     */
    public LogOutline outline(LogQuery query, long highWaterMark, long bytes) {
        return outline(query, Bucket.Range.ALL, highWaterMark, bytes);
    }

    /**
     * Names the events of a page of a share of the streams, and brings into memory what is small.
     *
     * @param query which events, their types by the names they are stored under
     * @param buckets the share
     * @param highWaterMark a high-water mark obtained from {@link HighWaterMark} before this call
     * @param bytes how many bytes all of it may have, 0 for none
     * @return the events by position up to the high-water mark
     */
    public LogOutline outline(LogQuery query, Bucket.Range buckets, long highWaterMark, long bytes) {
        if (query.afterPosition() >= highWaterMark) {
            return new LogOutline(List.of(), Set.of(), query.afterPosition());
        }
        Conditions filter = new Conditions()
                .andAnyOf("event_type", query.eventTypes())
                .andAnyOf("aggregate_type", query.aggregateTypes())
                .and("tenant_id = ?", query.tenantId())
                .and("created_at >= ?", query.from())
                .and("created_at < ?", query.to());
        String where = "position > ? AND position <= ?" + filter.sql();
        List<Object> arguments = new ArrayList<>(List.of(query.afterPosition(), highWaterMark));
        arguments.addAll(filter.arguments());
        if (!buckets.equals(Bucket.Range.ALL)) {
            where += " AND bucket BETWEEN ? AND ?";
            arguments.addAll(List.of(buckets.first(), buckets.last()));
        }
        Outline found = pages.outline(detached, where + " ORDER BY position", arguments, query.limit(), bytes);
        List<StoredEvent> events = found.events();
        boolean full = events.size() == query.limit();
        return new LogOutline(
                events, found.unread(), full ? events.get(events.size() - 1).position() : highWaterMark);
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
