package io.eventsource.store;

import io.eventsource.event.EventEnvelope;
import io.eventsource.event.StoredEvent;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.log.EventPages.Page;
import io.eventsource.log.HighWaterMark;
import io.eventsource.log.LogPage;
import io.eventsource.log.LogQuery;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.AppendException.InvalidAppendException;
import io.eventsource.store.AppendException.StreamMismatchException;
import io.eventsource.store.SnapshotRepository.SnapshottedStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.util.IdGenerator;

/**
 * Streams of events in PostgreSQL, and the log that they make together. Thread-safe.
 *
 * <p>{@code append}, {@code readStream}, {@code readSnapshottedStream}, {@code streamEvents}, {@code findEvent}, {@code currentVersion} and {@code exists}
 * take part in the Spring transaction of the calling thread when there is one on the store's data source; otherwise they
 * commit on their own. {@code appendAsync}, {@code load} and what reads the log never take part: they take a connection of
 * their own, so a transaction that holds a stream must not wait for an append to it by one of them.
 *
 * <p>In a transaction's after-commit and after-completion callbacks, and in a scope that only keeps a connection
 * ({@code SUPPORTS}), nothing will commit any more: an append there is a commit of its own.
 *
 * <p>What the metadata of an append leave empty is taken from the {@link io.eventsource.context.MetadataContext} of the thread
 * that calls {@code append}, {@code appendAsync} or {@code load}: fields of the append, or of an event that has metadata of
 * its own, win one by one. Reading looks at no context; {@link #forTenant} restricts it to a tenant.
 *
 * <p>Order: within a stream, positions rise with versions. Over streams, the log is read in position order and only up
 * to its high-water mark, so that no reader ever passes an event whose transaction commits later.
 */
public interface EventStore {

    /**
     * The event store on PostgreSQL. No connection is opened.
     *
     * @param database where the events are, and in which form; its clock stamps them
     * @param highWaterMark the log's high-water mark, of the same tables
     * @param signal raised after each commit that added to the log
     * @param settings how to append
     * @param executor runs what asynchronous appends need a thread for
     * @param ids the ids of events and appends, best time-ordered
     * @return the store
     */
    static EventStore postgres(
            EventDatabase database,
            HighWaterMark highWaterMark,
            LogSignal signal,
            EventStoreSettings settings,
            Executor executor,
            IdGenerator ids) {
        return postgres(database, highWaterMark, signal, settings, executor, ids, (appends, events) -> {});
    }

    /**
     * As {@link #postgres(EventDatabase, HighWaterMark, LogSignal, EventStoreSettings, Executor, IdGenerator)}, with somebody who is
     * told of appends that share a commit.
     *
     * @param database where the events are, and in which form; its clock stamps them
     * @param highWaterMark the log's high-water mark, of the same tables
     * @param signal raised after each commit that added to the log
     * @param settings how to append
     * @param executor runs what asynchronous appends need a thread for
     * @param ids the ids of events and appends, best time-ordered
     * @param groups told of each group of appends that share a commit
     * @return the store
     */
    static EventStore postgres(
            EventDatabase database,
            HighWaterMark highWaterMark,
            LogSignal signal,
            EventStoreSettings settings,
            Executor executor,
            IdGenerator ids,
            AppendGroupListener groups) {
        return new PostgresEventStore(database, highWaterMark, signal, settings, executor, ids, groups);
    }

    /**
     * Makes ids of version 7 (RFC 9562): 48 bits of milliseconds, 12 bits of a counter that keeps the ids of one generator rising
     * within a millisecond, 62 random bits.
     *
     * @param clock the time
     * @param random the random bits, thread-safe
     * @return a generator, thread-safe and without a lock
     */
    static IdGenerator timeOrderedIds(Clock clock, RandomGenerator random) {
        return new TimeOrderedIdGenerator(clock, random);
    }

    /**
     * Appends events to one stream in one round trip: all of them, or none.
     *
     * @param append the events and what the stream must be like
     * @return the versions and positions given
     * @throws VersionConflictException when the stream is not as demanded; carries the true version
     * @throws StreamMismatchException when the id belongs to a stream of another type or tenant
     * @throws InvalidAppendException when there are no events, more than 50,000, or more than 256 Mi characters of payload
     * @throws io.eventsource.InvalidDeclarationException when an event's class has no name or is not registered
     * @throws io.eventsource.payload.EventEncodingException when a payload cannot be stored as JSON
     * @throws AppendFailedException when the database does not take it, such as in a read-only transaction; nothing is stored. Late
     *     inserts throw it from the transaction's commit as well
     * @throws org.springframework.dao.DataAccessException when the database fails otherwise; after a lost connection the outcome
     *     is unknown, and the same append with the same append id can be retried safely
     */
    AppendResult append(StreamAppend append);

    /**
     * Appends to several streams: everything, or nothing. The streams are locked in the order of their ids, so that two
     * such appends never wait for each other in a circle.
     *
     * @param appends one append per stream
     * @return the results in the order of the appends
     * @throws AppendException of the first stream, by id, that refuses; nothing is stored, and the surrounding transaction
     *     may go on as after a refusal of a single append. A conflict that PostgreSQL reports as a serialization failure
     *     names the first append, whichever it was
     * @throws InvalidAppendException when a stream stands there twice, or some of the appends are duplicates and some are
     *     not
     */
    List<AppendResult> append(List<StreamAppend> appends);

    /**
     * Appends in a commit of its own, whatever transaction the calling thread is in, without waiting for the outcome.
     * Waits for a place when too many appends are under way. What depends on the future without an executor of its own runs in
     * a thread of the store's executor, and must not block there.
     *
     * @param append as for {@link #append(StreamAppend)}
     * @return the result, or the exception that the database's answer to {@link #append(StreamAppend)} would throw; what
     *     cannot be encoded is thrown at once
     */
    CompletableFuture<AppendResult> appendAsync(StreamAppend append);

    /**
     * Appends any number of events in short transactions by COPY, for imports and migrations, whatever transaction the
     * calling thread is in. Several appends to one stream may follow each other. Positions rise with versions; over streams
     * they need not follow the order given. What has been loaded stays when a later append is refused; appends that name their
     * append ids and no exact version can be loaded again.
     *
     * @param appends what to append, consumed once and in order
     * @param progress told after each transaction
     * @return how much was loaded
     * @throws AppendException when a stream is not as demanded; the transaction that held this append is rolled back, the
     *     ones before it stand
     */
    LoadProgress load(Stream<StreamAppend> appends, Consumer<LoadProgress> progress);

    /**
     * Reads events of one stream into memory.
     *
     * @param query which events
     * @return the events in the order asked for, empty when there is no such stream; events that the current transaction
     *     has appended and not yet inserted are there without a position; the parts of an event that upcasters split follow
     *     each other, newest first the last part first
     * @throws io.eventsource.event.EventDecodingException when an event cannot be read into its class
     */
    default List<EventEnvelope<Object>> readStream(StreamQuery query) {
        return readStreamSlice(query).events();
    }

    /**
     * As {@link #readStream}, with the version up to which the stream was read even where upcasters drop events: for who
     * wants to append behind what was read, or to read on.
     *
     * @param query which events; its limit counts stored events, whose parts are never torn apart
     * @return the events, and how far the read went
     * @throws io.eventsource.event.EventDecodingException when an event cannot be read into its class
     */
    StreamSlice readStreamSlice(StreamQuery query);

    /**
     * Reads the payloads of a stream's events, to be folded; cheaper than the events with all that is known about them.
     * Events that the current transaction has appended and not yet inserted are among them.
     *
     * @param aggregateId the stream
     * @param aggregateType the stream's type; a stream of another reads as empty
     * @param toVersion the highest version, inclusive
     * @return the payloads, oldest first
     * @throws io.eventsource.event.EventDecodingException when an event cannot be read into its class
     */
    StreamPayloads readPayloads(UUID aggregateId, String aggregateType, long toVersion);

    /**
     * Reads the newest snapshot of a stream and the payloads of the events behind it, in one round trip. Events that the current transaction
     * has appended and not yet inserted are among them.
     *
     * @param aggregateId the stream
     * @param aggregateType the stream's type; a stream of another reads as empty
     * @param stateVersion the version of the shape that the snapshot's state must have
     * @return the snapshot and the events behind it; all events when there is no snapshot that fits
     * @throws io.eventsource.event.EventDecodingException when an event cannot be read into its class
     */
    SnapshottedStream readSnapshottedStream(UUID aggregateId, String aggregateType, int stateVersion);

    /**
     * Reads events of one stream page by page, so that memory stays bounded however long the stream is. Holds no
     * connection between pages; what is appended meanwhile is read too.
     *
     * @param query which events, oldest first
     * @return the events, read as they are consumed
     * @throws IllegalArgumentException when the query reads newest first
     */
    default Stream<EventEnvelope<Object>> streamEvents(StreamQuery query) {
        return Pages.ofStream(query, this::readStreamSlice);
    }

    /**
     * Reads the log page by page up to the high-water mark of now, so that memory stays bounded. Holds no connection between
     * pages.
     *
     * @param query which events; its limit is the size of a page
     * @return the events by position, read as they are consumed, undecoded
     */
    default Stream<StoredEvent> streamLog(LogQuery query) {
        return Pages.ofLog(query, highWaterMark(), this::readLog);
    }

    /**
     * Finds an event by its id, settled or not; of several that the application gave one id, any. Quick for ids that are time-ordered, as those that the store assigns are; for others
     * create the index that {@code docs/schema.md} shows. Events that the current transaction has appended and not yet
     * inserted are not found.
     *
     * @param eventId the event's id
     * @return the event's parts in order, most often one; empty when there is no such event or upcasters drop it
     * @throws io.eventsource.event.EventDecodingException when the event cannot be read into its class
     */
    List<EventEnvelope<Object>> findEvent(UUID eventId);

    /**
     * The position up to which every event that will ever be visible is visible. Looks at the log; never waits.
     *
     * @return the high-water mark, 0 for an empty log
     */
    long highWaterMark();

    /**
     * Reads a page of the log, not beyond its high-water mark. Events of the surrounding transaction are not in it.
     *
     * @param query which events
     * @return the events by position, and the position to go on from
     */
    LogPage readLog(LogQuery query);

    /**
     * Decodes a stored event.
     *
     * @param event an event of a {@link LogPage}
     * @return the event's parts in order, with their payloads as instances of their classes; most often one, none when
     *     upcasters drop the event
     * @throws io.eventsource.event.EventDecodingException when the event cannot be read into its class
     */
    List<EventEnvelope<Object>> decode(StoredEvent event);

    /**
     * What a stream is, without its events.
     *
     * @param aggregateId the stream
     * @return its type, tenant and version, or empty when there is no such stream
     */
    Optional<StreamDescription> describeStream(UUID aggregateId);

    /**
     * The version of a stream's last event.
     *
     * @param aggregateId the stream
     * @return the version, 0 when there is no such stream
     */
    default long currentVersion(UUID aggregateId) {
        return describeStream(aggregateId).map(StreamDescription::version).orElse(0L);
    }

    /**
     * Whether a stream has events.
     *
     * @param aggregateId the stream
     * @return whether there is at least one
     */
    default boolean exists(UUID aggregateId) {
        return currentVersion(aggregateId) > 0;
    }

    /**
     * A view of this store for one tenant. What it appends belongs to that tenant, whatever the calling thread's
     * {@link io.eventsource.context.MetadataContext} says. Reading a stream that belongs to another tenant, or to none, throws
     * {@link TenantMismatchException} from every method, also when the query asks for no event of it; so do {@code findEvent}
     * and {@code decode} for another's event. The log is read without the events of others. A stream that does not exist is
     * nobody's: it reads as empty.
     *
     * <p>Costs nothing where events are read, and one more statement by primary key where a read of a stream finds none.
     *
     * @param tenantId the tenant
     * @return the view, which shares everything with this store; asked for a view of another tenant, it refuses
     */
    default EventStore forTenant(String tenantId) {
        return new TenantEventStore(this, tenantId);
    }

    /** Told of the appends that share a statement and a commit. Thread-safe and quick: it runs in the thread of one of the callers. */
    @FunctionalInterface
    public interface AppendGroupListener {

        /**
         * A group has been sent to the database and its answer has come; some of its appends may run again on their own.
         *
         * @param appends how many appends were together, 1 or more
         * @param events how many events they had
         */
        void onGroup(int appends, int events);
    }

    /**
     * How far a bulk load is.
     *
     * @param appends appends loaded so far
     * @param events events loaded so far
     * @param elapsed since the load began
     */
    public record LoadProgress(long appends, long events, Duration elapsed) {

        /**
         * The mean rate so far.
         *
         * @return events per second
         */
        public double eventsPerSecond() {
            return events * 1e9 / Math.max(1, elapsed.toNanos());
        }

        /**
         * How long the rest takes at the mean rate so far.
         *
         * @param totalEvents how many events there are to load altogether
         * @return the time left, zero when everything is loaded
         */
        public Duration remaining(long totalEvents) {
            return events == 0
                    ? Duration.ZERO
                    : elapsed.multipliedBy(Math.max(0, totalEvents - events)).dividedBy(events);
        }
    }

    /**
     * What a stream is, without its events.
     *
     * @param aggregateId the stream
     * @param aggregateType its type
     * @param tenantId the tenant that it belongs to, or null
     * @param version the version of its last event, also of one that the current transaction has appended and not yet inserted
     */
    public record StreamDescription(UUID aggregateId, String aggregateType, @Nullable String tenantId, long version) {}

    /**
     * The payloads of a stream's events, to be folded, and how far the read went.
     *
     * @param payloads the decoded payloads, oldest first; where upcasters split events, or drop them, more or fewer than were stored. Large ones are
     *     read when an iteration comes to them, each by a statement in the transaction of the thread that iterates; that fails as reading does
     * @param storedEvents how many stored events were read
     * @param version the version of the newest stored event that was read, though upcasters may have dropped it; 0 when there was
     *     none
     * @param newestEventId the id of that event, or null when there was none
     * @param tenantId the stream's tenant; null when it has none, and when nothing was read
     */
    public record StreamPayloads(
            Iterable<Object> payloads,
            int storedEvents,
            long version,
            @Nullable UUID newestEventId,
            @Nullable String tenantId) {

        static final StreamPayloads NONE = new StreamPayloads(List.of(), 0, 0, null, null);
    }

    /**
     * Events of a stream, and how far the read went. Where upcasters drop or split events, the envelopes alone do not tell.
     *
     * @param events the decoded events in the order asked for
     * @param aggregateType the stream's type, or null when nothing was read
     * @param storedEvents how many stored events were read
     * @param lowestVersion the version of the oldest stored event that was read, 0 when there was none
     * @param highestVersion the version of the newest stored event that was read, though upcasters may have dropped it; 0 when
     *     there was none
     * @param truncated whether the read ended because of {@link StreamQuery#maxBytes}, so that more may be stored
     */
    public record StreamSlice(
            List<EventEnvelope<Object>> events,
            @Nullable String aggregateType,
            int storedEvents,
            long lowestVersion,
            long highestVersion,
            boolean truncated) {

        /**
         * What was read of a stream.
         *
         * @param page the stored events in the order asked for
         * @param events what was made of them
         */
        static StreamSlice of(Page page, List<EventEnvelope<Object>> events) {
            List<StoredEvent> stored = page.events();
            if (stored.isEmpty()) {
                return new StreamSlice(List.of(), null, 0, 0, 0, false);
            }
            StoredEvent first = stored.get(0);
            StoredEvent last = stored.get(stored.size() - 1);
            return new StreamSlice(
                    Collections.unmodifiableList(events),
                    first.aggregateType(),
                    stored.size(),
                    Math.min(first.version(), last.version()),
                    Math.max(first.version(), last.version()),
                    page.truncated());
        }

        /**
         * Whether no event is stored where the query looked.
         *
         * @return whether nothing was read
         */
        public boolean nothingStored() {
            return storedEvents == 0;
        }
    }
}
