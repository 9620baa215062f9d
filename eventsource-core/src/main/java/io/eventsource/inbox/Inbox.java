package io.eventsource.inbox;

import io.eventsource.schema.EventSourceSchema;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Which messages have taken effect here, one row for each consumer and message. A row commits with the effect, so that a message
 * that is delivered again is recognised. Thread-safe.
 */
final class Inbox {

    private final JdbcOperations jdbc;
    private final EventSourceSchema schema;

    /**
     * Creates an inbox.
     *
     * @param jdbc access to the database, taking part in the calling thread's transaction
     * @param schema where the tables are
     */
    Inbox(JdbcOperations jdbc, EventSourceSchema schema) {
        this.jdbc = jdbc;
        this.schema = schema;
    }

    /** What identifies a message. */
    private record Identity(String source, String id) {}

    /**
     * Records messages in the calling thread's transaction. Waits for transactions that are recording the same ones.
     *
     * @param consumer who handles them
     * @param messages the messages
     * @return those that were not recorded before, in their order; a message that stands there twice once
     */
    List<IncomingMessage> record(String consumer, List<IncomingMessage> messages) {
        if (messages.isEmpty()) {
            return List.of();
        }
        // in one order, so that two transactions with the same messages do not wait in a circle
        Set<Identity> recorded = new HashSet<>(jdbc.query(
                schema.sql(
                        """
                        INSERT INTO {schema}.event_inbox (consumer, source, message_id, partition)
                        SELECT DISTINCT ON (source, id) ?::text, source, id, partition FROM unnest(?::text[], ?::text[], ?::text[]) AS m (source, id, partition)
                         ORDER BY source, id
                            ON CONFLICT DO NOTHING
                        RETURNING source, message_id"""),
                (row, number) -> new Identity(row.getString(1), row.getString(2)),
                consumer,
                messages.stream().map(IncomingMessage::source).toArray(String[]::new),
                messages.stream().map(IncomingMessage::id).toArray(String[]::new),
                messages.stream().map(IncomingMessage::partition).toArray(String[]::new)));
        return messages.stream()
                .filter(message -> recorded.remove(new Identity(message.source(), message.id())))
                .toList();
    }

    /**
     * Forgets messages again that were recorded, because a handler has committed their rows by force before all were handled. In a
     * transaction of the caller's, or in its own.
     *
     * @param consumer who was to handle them
     * @param messages the messages
     */
    void release(String consumer, List<IncomingMessage> messages) {
        jdbc.update(
                schema.sql(
                        """
                        DELETE FROM {schema}.event_inbox AS i USING unnest(?, ?) AS m (source, id)
                         WHERE i.consumer = ? AND i.source = m.source AND i.message_id = m.id"""),
                messages.stream().map(IncomingMessage::source).toArray(String[]::new),
                messages.stream().map(IncomingMessage::id).toArray(String[]::new),
                consumer);
    }

    /**
     * The database's time, by which rows are dated.
     *
     * @return now
     */
    Instant now() {
        OffsetDateTime now = jdbc.queryForObject("SELECT clock_timestamp()", OffsetDateTime.class);
        if (now == null) {
            throw new IllegalStateException("The database says no time");
        }
        return now.toInstant();
    }

    /**
     * Forgets messages of a partition that are older than the retention, and that the broker cannot deliver again on its own. An
     * hour is left between what is acknowledged and what is forgotten, for clocks that differ and consumers that were thought
     * to be dead.
     *
     * @param consumer whose messages
     * @param partition where they were read
     * @param acknowledged everything recorded before this time, of {@link #now()}, has been acknowledged to the broker
     * @param retention what is younger is kept in any case
     * @return how many were forgotten
     */
    int forget(String consumer, String partition, Instant acknowledged, Duration retention) {
        return jdbc.update(
                schema.sql(
                        """
                        DELETE FROM {schema}.event_inbox
                         WHERE consumer = ? AND partition = ? AND received_at < ? - INTERVAL '1 hour'
                           AND received_at < clock_timestamp() - make_interval(secs => ?)"""),
                consumer,
                partition,
                acknowledged.atOffset(ZoneOffset.UTC),
                (double) retention.toSeconds());
    }
}
