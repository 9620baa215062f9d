package io.eventsource.store;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.StoredEvent;
import io.eventsource.schema.EventSourceSchema;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.util.IdGenerator;

/**
 * Streams of events in PostgreSQL, and the log that they make together. Thread-safe.
 *
 * <p>Every method takes part in the Spring transaction of the calling thread when there is one on the store's data
 * source; otherwise it commits on its own.
 *
 * <p>Order: within a stream, positions rise with versions. Over streams, the log is read in position order and only up
 * to its settled head, so that no reader ever passes an event whose transaction commits later.
 */
public interface EventStore {

    /**
     * The event store on PostgreSQL. No connection is opened.
     *
     * @param dataSource where the tables are
     * @param schema the schema that holds them
     * @param codec the JSON form of events
     * @param logHead the log's settled head, of the same tables
     * @param signal raised after each commit that added to the log
     * @param clock the time that events are stamped with
     * @param ids the ids of events and appends, best time-ordered
     * @return the store
     */
    static EventStore postgres(
            DataSource dataSource,
            EventSourceSchema schema,
            EventCodec codec,
            LogHead logHead,
            LogSignal signal,
            Clock clock,
            IdGenerator ids) {
        return new PostgresEventStore(dataSource, schema, codec, logHead, signal, clock, ids);
    }

    /**
     * Appends events to one stream in one round trip: all of them, or none.
     *
     * @param append the events and what the stream must be like
     * @return the versions and positions given
     * @throws VersionConflictException when the stream is not as demanded; carries the true version
     * @throws StreamMismatchException when the id belongs to a stream of another type or tenant
     * @throws InvalidAppendException when there are no events
     * @throws io.eventsource.event.InvalidEventTypeException when an event's class has no name or is not registered
     * @throws io.eventsource.event.EventEncodingException when a payload cannot be stored as JSON
     * @throws org.springframework.dao.DataAccessException when the database fails; after a lost connection the outcome
     *     is unknown, and the same append with the same append id can be repeated safely
     */
    AppendResult append(StreamAppend append);

    /**
     * Reads events of one stream into memory.
     *
     * @param query which events
     * @return the events in the order asked for, empty when there is no such stream
     * @throws io.eventsource.event.EventDecodingException when an event does not fit its class
     */
    List<EventEnvelope<Object>> readStream(StreamQuery query);

    /**
     * Reads a page of the log, not beyond its settled head.
     *
     * @param query which events
     * @return the events by position, and the position to go on from
     */
    LogPage readLog(LogQuery query);

    /**
     * Decodes a stored event.
     *
     * @param event an event of a {@link LogPage}
     * @return the same event with its payload as an instance of its class
     * @throws io.eventsource.event.EventDecodingException when the event does not fit its class
     */
    EventEnvelope<Object> decode(StoredEvent event);

    /**
     * The version of a stream's last event.
     *
     * @param aggregateId the stream
     * @return the version, 0 when there is no such stream
     */
    long currentVersion(UUID aggregateId);

    /**
     * Whether a stream has events.
     *
     * @param aggregateId the stream
     * @return whether there is at least one
     */
    default boolean exists(UUID aggregateId) {
        return currentVersion(aggregateId) > 0;
    }
}
