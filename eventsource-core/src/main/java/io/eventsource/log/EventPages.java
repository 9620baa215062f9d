package io.eventsource.log;

import io.eventsource.event.StoredEvent;
import io.eventsource.log.LogReader.EventTooLargeException;
import io.eventsource.schema.EventSourceSchema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Reads pages of events, of the log or of a stream. Thread-safe. A page is bounded by events and by bytes, and the server keeps to the bytes
 * before any of it is in memory:
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
public final class EventPages {

    /** Headers that are no larger in the table are not measured: those of a trace have a hundred bytes. */
    private static final String HEADERS_FIT =
            "(metadata IS NULL OR pg_column_size(metadata) <= 256 OR pg_column_size(metadata) <= ? AND octet_length(metadata::text) <= ?)";

    /** The LIMIT of what follows keeps the inner statement by itself, so that a payload becomes a text once. */
    private static final String OUTLINE = "SELECT " + EventColumns.DETAILS
            + ", CASE WHEN metadata IS NOT NULL AND octet_length(payload) <= ? THEN metadata END AS metadata"
            + ", CASE WHEN octet_length(payload) <= ? THEN payload END AS payload FROM (SELECT "
            + EventColumns.DETAILS + ", metadata, CASE WHEN pg_column_size(payload) <= ? AND " + HEADERS_FIT
            + " THEN payload::text END AS payload FROM {schema}.events WHERE ";

    private final EventSourceSchema schema;
    private final String outline;

    /**
     * Creates a reader of pages. No connection is opened.
     *
     * @param schema the schema that holds the events
     */
    public EventPages(EventSourceSchema schema) {
        this.schema = schema;
        this.outline = schema.sql(OUTLINE);
    }

    /**
     * The events of a page.
     *
     * @param events the events in the order asked for
     * @param unread the positions of those whose payload and headers were left in the database
     */
    record Outline(List<StoredEvent> events, Set<Long> unread) {}

    /**
     * What a page has.
     *
     * @param events the events in the order asked for
     * @param truncated whether the page ended because of its bytes, before the limit and perhaps before the last event
     */
    public record Page(List<StoredEvent> events, boolean truncated) {}

    /**
     * Reads a page.
     *
     * @param jdbc where to read
     * @param condition which events, and in which order: what stands between WHERE and LIMIT
     * @param arguments those of the condition
     * @param limit how many events at most, 1 or more
     * @param bytes how many bytes all of them may have, unless the first alone has more
     * @return the events, none when there are none
     * @throws EventTooLargeException when the memory is used up by the first event alone
     */
    public Page read(JdbcOperations jdbc, String condition, List<?> arguments, int limit, long bytes) {
        while (true) {
            Outline found = outline(jdbc, condition, arguments, limit, bytes);
            List<StoredEvent> events = whole(jdbc, found, bytes);
            // otherwise the first one was erased in the meantime
            if (!events.isEmpty() || found.events().isEmpty()) {
                return new Page(events, events.size() < found.events().size());
            }
        }
    }

    /** Names the events of a page, and brings into memory what is small. */
    Outline outline(JdbcOperations jdbc, String condition, List<?> arguments, int limit, long bytes) {
        // one half for the payload, the other for the headers
        long share = bytes / limit / 2;
        List<Object> all = new ArrayList<>(List.of(share, share, share, share, share));
        all.addAll(arguments);
        all.add(limit);
        Set<Long> unread = new HashSet<>();
        List<StoredEvent> events = jdbc.query(
                outline + condition + " LIMIT ?) AS page",
                (row, number) -> {
                    StoredEvent event = Objects.requireNonNull(EventColumns.MAPPER.mapRow(row, number));
                    if (event.payload().isEmpty()) {
                        unread.add(event.position());
                    }
                    return event;
                },
                all.toArray());
        return new Outline(events, unread);
    }

    /**
     * Reads a page from its beginning as far as it fits.
     *
     * @return the events up to the first that does not fit or is not there any more
     */
    List<StoredEvent> whole(JdbcOperations jdbc, Outline found, long bytes) {
        return found.unread().isEmpty() ? found.events() : new LargeEvents(jdbc, schema).read(found, bytes);
    }
}
