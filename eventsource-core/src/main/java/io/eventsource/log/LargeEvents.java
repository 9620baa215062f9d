package io.eventsource.log;

import io.eventsource.event.StoredEvent;
import io.eventsource.failure.CauseChain;
import io.eventsource.log.EventPages.Outline;
import io.eventsource.log.LogReader.EventTooLargeException;
import io.eventsource.schema.EventSourceSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Reads the events of a page that were only named because they are large. Thread-safe.
 *
 * <ol>
 *   <li>The first event of the page is read by itself, whatever its size.
 *   <li>One statement reads all others that fit. The server goes through them in order, takes what each has from the room that is left, and ends at the first that does not
 *       fit. So it makes a text of at most one event that it does not send.
 * </ol>
 */
final class LargeEvents {

    /** The size of an event in the table, perhaps compressed. */
    private static final String STORED_BYTES = "pg_column_size(payload) + coalesce(pg_column_size(metadata), 0)";

    private static final String IN_MEMORY = "octet_length(payload::text) + coalesce(octet_length(metadata::text), 0)";

    static final String ALONE = "SELECT " + EventColumns.ALL + " FROM {schema}.events WHERE position = ?";

    /** Its LIMIT keeps the inner statement by itself, so that an event is measured once. */
    static final String FITTING =
            """
            WITH RECURSIVE fitting (place, position, room) AS (
                SELECT 0, 0::bigint, ?::bigint
                UNION ALL
                SELECT fitting.place + 1, event.position, event.room
                  FROM fitting CROSS JOIN LATERAL (
                           SELECT e.position, fitting.room - (?::bigint[])[fitting.place + 1]
                                      - CASE WHEN {stored} > fitting.room THEN fitting.room + 1 ELSE {in-memory} END
                                      AS room
                             FROM {schema}.events AS e
                            WHERE e.position = (?::bigint[])[fitting.place + 1]
                            LIMIT 1) AS event
                 WHERE event.room >= 0)
            SELECT {columns} FROM {schema}.events JOIN fitting USING (position)"""
                    .replace("{stored}", STORED_BYTES)
                    .replace("{in-memory}", IN_MEMORY)
                    .replace("{columns}", EventColumns.ALL);

    private final JdbcOperations jdbc;
    private final String alone;
    private final String fitting;

    LargeEvents(JdbcOperations jdbc, EventSourceSchema schema) {
        this.jdbc = jdbc;
        this.alone = schema.sql(ALONE);
        this.fitting = schema.sql(FITTING);
    }

    /**
     * Reads a page from its beginning as far as it fits.
     *
     * @param page at least one event
     * @param bytes how many bytes all of it may have, unless its first event alone has more
     * @return the events up to the first that does not fit or is not there any more
     * @throws EventTooLargeException when the memory is used up by the first event alone
     */
    List<StoredEvent> read(Outline page, long bytes) {
        StoredEvent named = page.events().get(0);
        StoredEvent first = page.unread().contains(named.position()) ? alone(named) : named;
        List<StoredEvent> events = new ArrayList<>();
        if (first == null) {
            return events;
        }
        events.add(first);
        long room = bytes - LogReader.size(first);
        List<StoredEvent> others = page.events().subList(1, page.events().size());
        Map<Long, StoredEvent> large = large(page, others, room);
        for (StoredEvent other : others) {
            StoredEvent event = page.unread().contains(other.position()) ? large.get(other.position()) : other;
            if (event == null || LogReader.size(event) > room) {
                break;
            }
            events.add(event);
            room -= LogReader.size(event);
        }
        return events;
    }

    private Map<Long, StoredEvent> large(Outline page, List<StoredEvent> others, long room) {
        List<Long> positions = new ArrayList<>();
        List<Long> before = new ArrayList<>();
        long small = 0;
        for (StoredEvent other : others) {
            if (page.unread().contains(other.position())) {
                positions.add(other.position());
                before.add(small);
                small = 0;
            } else {
                small += LogReader.size(other);
            }
        }
        return positions.isEmpty() || room <= 0 ? Map.of() : fitting(positions, before, room);
    }

    /**
     * Reads events as far as they fit.
     *
     * @param positions where they are, in order
     * @param before for each, how many bytes go to others between the one before and this
     * @param room how many bytes there are
     * @return the events by position, up to the first that does not fit or is not there any more
     */
    Map<Long, StoredEvent> fitting(List<Long> positions, List<Long> before, long room) {
        Map<Long, StoredEvent> found = new HashMap<>();
        jdbc.query(
                fitting,
                row -> {
                    StoredEvent event = Objects.requireNonNull(EventColumns.MAPPER.mapRow(row, found.size()));
                    found.put(event.position(), event);
                },
                room,
                before.toArray(Long[]::new),
                positions.toArray(Long[]::new));
        return found;
    }

    /** An event with its payload; null when it is not there any more. */
    private @Nullable StoredEvent alone(StoredEvent unread) {
        try {
            List<StoredEvent> found = jdbc.query(alone, EventColumns.MAPPER, unread.position());
            return found.isEmpty() ? null : found.get(0);
        } catch (DataAccessException | OutOfMemoryError failure) {
            OutOfMemoryError shortage = CauseChain.first(failure, OutOfMemoryError.class);
            if (shortage == null) {
                throw failure;
            }
            throw new EventTooLargeException(unread, shortage);
        }
    }
}
