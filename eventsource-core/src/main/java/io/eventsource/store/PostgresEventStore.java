package io.eventsource.store;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.StoredEvent;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.jdbc.TransactionParticipation.Phase;
import io.eventsource.log.EventPages.Page;
import io.eventsource.log.HighWaterMark;
import io.eventsource.log.LogPage;
import io.eventsource.log.LogQuery;
import io.eventsource.log.LogReader;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.AppendException.InvalidAppendException;
import io.eventsource.store.EventStore.AppendGroupListener;
import io.eventsource.store.EventStore.LoadProgress;
import io.eventsource.store.EventStore.StreamDescription;
import io.eventsource.store.EventStore.StreamPayloads;
import io.eventsource.store.EventStore.StreamSlice;
import io.eventsource.store.SnapshotRepository.SnapshottedStream;
import io.eventsource.store.StreamQuery.Direction;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.util.IdGenerator;

/** The event store on PostgreSQL: chooses the way of an append, and says what came of it. */
final class PostgresEventStore implements EventStore {

    private final JdbcOperations joining;
    private final JdbcOperations detached;
    private final EventCodec codec;
    private final HighWaterMark highWaterMark;
    private final LogReader logReader;
    private final StreamReader streamReader;
    private final FoldableStreamReader foldableStreamReader;
    private final LogSignal signal;
    private final EventStoreSettings settings;
    private final Clock clock;
    private final IdGenerator ids;
    private final AppendStatements statements;
    private final TransactionAppender transactions;
    private final GroupCommit groupCommit;
    private final BulkLoader bulkLoader;
    private final Executor executor;

    PostgresEventStore(
            EventDatabase database,
            HighWaterMark highWaterMark,
            LogSignal signal,
            EventStoreSettings settings,
            Executor executor,
            IdGenerator ids,
            AppendGroupListener groups) {
        this.joining = database.joining();
        this.detached = database.detached();
        this.codec = database.codec();
        this.highWaterMark = highWaterMark;
        this.logReader = new LogReader(database.dataSource(), database.schema());
        this.streamReader = new StreamReader(database.schema());
        this.foldableStreamReader = new FoldableStreamReader(codec, database.schema());
        this.signal = signal;
        this.settings = settings;
        this.clock = database.clocks().wall();
        this.ids = ids;
        this.executor = executor;
        this.statements = new AppendStatements(database, highWaterMark, groups);
        this.transactions = new TransactionAppender(database, statements, highWaterMark, signal, settings, ids);
        this.groupCommit = new GroupCommit(statements, executor);
        this.bulkLoader = new BulkLoader(detached, database.schema(), highWaterMark);
    }

    @Override
    public AppendResult append(StreamAppend append) {
        EncodedAppend encoded = EncodedAppend.of(append, codec, clock, ids);
        Phase phase = transactions.phase();
        if (phase != Phase.OVER) {
            return transactions.append(List.of(encoded), phase).get(0);
        }
        AppendOutcome outcome = settings.groupCommit() ? groupCommit.append(encoded) : statements.appendAlone(encoded);
        return conclude(encoded.append(), outcome);
    }

    @Override
    public CompletableFuture<AppendResult> appendAsync(StreamAppend append) {
        EncodedAppend encoded = EncodedAppend.of(append, codec, clock, ids);
        CompletableFuture<AppendOutcome> outcome = settings.groupCommit()
                ? groupCommit.appendAsync(encoded)
                : CompletableFuture.supplyAsync(() -> statements.appendAlone(encoded), executor);
        return outcome.thenApply(answer -> conclude(encoded.append(), answer));
    }

    @Override
    public List<AppendResult> append(List<StreamAppend> appends) {
        requireDistinctStreams(appends);
        List<EncodedAppend> encoded = appends.stream()
                .map(append -> EncodedAppend.of(append, codec, clock, ids))
                .toList();
        if (encoded.isEmpty()) {
            return List.of();
        }
        Phase phase = transactions.phase();
        if (phase != Phase.OVER) {
            return transactions.append(encoded, phase);
        }
        List<AppendResult> results = AppendOutcome.results(encoded, statements.appendDetached(encoded));
        signal.raise();
        return results;
    }

    private static void requireDistinctStreams(List<StreamAppend> appends) {
        Set<UUID> streams = new HashSet<>();
        for (StreamAppend append : appends) {
            if (!streams.add(append.aggregateId())) {
                throw new InvalidAppendException(
                        append,
                        "%s %s stands in one append twice. Put its events into one StreamAppend."
                                .formatted(append.aggregateType(), append.aggregateId()));
            }
        }
    }

    /** Outside a transaction: says what came of an append and wakes the readers. */
    private AppendResult conclude(StreamAppend append, AppendOutcome outcome) {
        if (!outcome.accepted()) {
            throw outcome.refusal(append);
        }
        signal.raise();
        return outcome.result(append);
    }

    @Override
    public LoadProgress load(Stream<StreamAppend> appends, Consumer<LoadProgress> progress) {
        return bulkLoader.load(appends, append -> EncodedAppend.of(append, codec, clock, ids), done -> {
            signal.raise();
            progress.accept(done);
        });
    }

    @Override
    public StreamSlice readStreamSlice(StreamQuery query) {
        List<StoredEvent> pending = transactions.pending(query.aggregateId());
        return slice(query.merge(streamReader.read(jdbc(), query), pending), query.direction());
    }

    private StreamSlice slice(Page stored, Direction direction) {
        List<EventEnvelope<Object>> events = new ArrayList<>(stored.events().size());
        for (StoredEvent each : stored.events()) {
            List<EventEnvelope<Object>> parts = codec.decode(each);
            if (parts.size() > 1 && direction == Direction.BACKWARD) {
                parts = new ArrayList<>(parts);
                Collections.reverse(parts);
            }
            events.addAll(parts);
        }
        return StreamSlice.of(stored, events);
    }

    @Override
    public StreamPayloads readPayloads(UUID aggregateId, String aggregateType, long toVersion) {
        return foldableStreamReader.read(
                jdbc(), aggregateId, aggregateType, toVersion, transactions.pending(aggregateId));
    }

    @Override
    public SnapshottedStream readSnapshottedStream(UUID aggregateId, String aggregateType, int stateVersion) {
        return foldableStreamReader.readWithSnapshot(
                jdbc(), aggregateId, aggregateType, stateVersion, transactions.pending(aggregateId));
    }

    @Override
    public List<EventEnvelope<Object>> findEvent(UUID eventId) {
        return streamReader.findEvent(jdbc(), eventId).map(codec::decode).orElse(List.of());
    }

    @Override
    public long highWaterMark() {
        return highWaterMark.advance();
    }

    @Override
    public LogPage readLog(LogQuery query) {
        // the mark first, the page in a later snapshot
        LogQuery stored = query.eventTypes().isEmpty()
                ? query
                : query.eventTypes(codec.select(query.eventTypes()).storedNames());
        return logReader.read(stored, highWaterMark.advance());
    }

    @Override
    public List<EventEnvelope<Object>> decode(StoredEvent event) {
        return codec.decode(event);
    }

    @Override
    public Optional<StreamDescription> describeStream(UUID aggregateId) {
        // its row is as the transaction leaves it once what is pending has been checked
        List<StoredEvent> unused = transactions.pending(aggregateId);
        return streamReader.describe(jdbc(), aggregateId);
    }

    private JdbcOperations jdbc() {
        return transactions.active() ? joining : detached;
    }
}
