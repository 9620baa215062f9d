package io.eventsource.subscription;

import io.eventsource.EventSourceException;
import io.eventsource.log.HighWaterMark;
import io.eventsource.schema.EventSourceSchema;
import java.time.Instant;
import java.time.ZoneOffset;
import org.springframework.jdbc.core.JdbcOperations;

/** Where subscriptions begin that have no checkpoint yet. */
final class StartingPoints {

    private static final String FIRST_SINCE =
            """
            SELECT coalesce(min(position) - 1, ?) FROM {schema}.events WHERE created_at >= ? AND position <= ?""";

    private final HighWaterMark highWaterMark;
    private final JdbcOperations jdbc;
    private final EventSourceSchema schema;

    StartingPoints(HighWaterMark highWaterMark, JdbcOperations jdbc, EventSourceSchema schema) {
        this.highWaterMark = highWaterMark;
        this.jdbc = jdbc;
        this.schema = schema;
    }

    /**
     * The position to begin behind.
     *
     * @throws EventSourceException when it is to begin relative to a high-water mark that is not known yet
     */
    long resolve(StartPosition startFrom) {
        if (startFrom instanceof StartPosition.After after) {
            return after.position();
        }
        if (startFrom instanceof StartPosition.End) {
            return highWaterMark();
        }
        if (startFrom instanceof StartPosition.At at) {
            return firstSince(at.time(), highWaterMark());
        }
        return 0;
    }

    /** The high-water mark, looked for if nobody has yet. */
    long highWaterMark() {
        long mark = highWaterMark.advance();
        if (mark == 0 && highWaterMark.status().gapSince() != null) {
            throw new EventSourceException(
                    "The high-water mark of the log is not known yet: it waits for open transactions that write to the log.");
        }
        return mark;
    }

    private long firstSince(Instant time, long mark) {
        Long position =
                jdbc.queryForObject(schema.sql(FIRST_SINCE), Long.class, mark, time.atOffset(ZoneOffset.UTC), mark);
        return position == null ? mark : position;
    }
}
