package io.eventsource.store;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.StoredEvent;
import io.eventsource.jdbc.DetachedJdbc;
import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.jdbc.TransactionParticipation.Phase;
import io.eventsource.log.LogHead;
import io.eventsource.log.LogPage;
import io.eventsource.log.LogQuery;
import io.eventsource.log.LogReader;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.signal.LogSignal;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.IdGenerator;

/** The event store on PostgreSQL: chooses the way of an append, and says what came of it. */
final class PostgresEventStore implements EventStore, AppendCoalescer.Port {

    private final TransactionParticipation participation;
    private final TransactionAppends transactionAppends;
    private final JdbcOperations joining;
    private final JdbcOperations detached;
    private final EventCodec codec;
    private final LogHead logHead;
    private final LogReader logReader;
    private final StreamReader streamReader;
    private final FoldableStreamReader foldableStreamReader;
    private final LogSignal signal;
    private final EventStoreSettings settings;
    private final Clock clock;
    private final IdGenerator ids;
    private final AppendSql sql;
    private final LateAppendSql lateSql;
    private final AppendCoalescer coalescer;
    private final BulkLoader bulkLoader;
    private final Executor executor;
    private final AppendGroupListener groups;

    PostgresEventStore(
            DataSource dataSource,
            EventSourceSchema schema,
            EventCodec codec,
            LogHead logHead,
            LogSignal signal,
            EventStoreSettings settings,
            Executor executor,
            Clock clock,
            IdGenerator ids,
            AppendGroupListener groups) {
        this.participation = new TransactionParticipation(dataSource);
        this.transactionAppends = new TransactionAppends(dataSource);
        this.joining = new JdbcTemplate(dataSource);
        this.detached = DetachedJdbc.on(dataSource);
        this.codec = codec;
        this.logHead = logHead;
        this.logReader = new LogReader(dataSource, schema);
        this.streamReader = new StreamReader(schema);
        this.foldableStreamReader = new FoldableStreamReader(codec, schema);
        this.signal = signal;
        this.settings = settings;
        this.clock = clock;
        this.ids = ids;
        this.sql = new AppendSql(schema);
        this.lateSql = new LateAppendSql(schema);
        this.bulkLoader = new BulkLoader(detached, sql, schema, logHead);
        this.executor = executor;
        this.groups = groups;
        this.coalescer = new AppendCoalescer(this, executor);
    }

    @Override
    public AppendResult append(StreamAppend append) {
        EncodedAppend encoded = EncodedAppend.of(append, codec, clock, ids);
        Phase phase = phase();
        if (phase != Phase.OVER) {
            return appendInTransaction(List.of(encoded), phase).get(0);
        }
        AppendOutcome outcome = settings.coalescing() ? coalescer.append(encoded) : appendAlone(encoded);
        return conclude(encoded.append(), outcome);
    }

    @Override
    public CompletableFuture<AppendResult> appendAsync(StreamAppend append) {
        EncodedAppend encoded = EncodedAppend.of(append, codec, clock, ids);
        CompletableFuture<AppendOutcome> outcome = settings.coalescing()
                ? coalescer.appendAsync(encoded)
                : CompletableFuture.supplyAsync(() -> appendAlone(encoded), executor);
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
        Phase phase = phase();
        if (phase != Phase.OVER) {
            return appendInTransaction(encoded, phase);
        }
        List<AppendResult> results = results(encoded, execute(detached, encoded));
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

    /** Where in its life the transaction is that would commit what is appended now; over when there is none. */
    private Phase phase() {
        if (!participation.active()) {
            return Phase.OVER;
        }
        LateAppends late = LateAppends.current(this);
        return late != null && late.open() ? Phase.RUNNING : TransactionParticipation.phase();
    }

    /** The late appends of the transaction, or null when its events have to be inserted at once. */
    private @Nullable LateAppends lateAppends(Phase phase) {
        if (phase != Phase.RUNNING
                || settings.appendTiming() == AppendTiming.IMMEDIATE
                || !TransactionSynchronizationManager.isSynchronizationActive()) {
            return null;
        }
        LateAppends late = LateAppends.current(this);
        return late == null ? LateAppends.begin(this, ids.generateId().toString(), this::insertLate) : late;
    }

    private List<AppendResult> appendInTransaction(List<EncodedAppend> appends, Phase phase) {
        LateAppends late = lateAppends(phase);
        if (late == null) {
            List<AppendResult> results = results(appends, execute(joining, appends));
            transactionAppends.mark();
            signalAfterCommit();
            return results;
        }
        LateAppendSql.Advanced advanced = advance(appends, late.mark());
        List<AppendResult> results = results(appends, advanced.outcomes());
        for (int i = 0; i < appends.size(); i++) {
            if (!results.get(i).repeated()) {
                late.add(appends.get(i), results.get(i).firstVersion(), advanced.marked());
            }
        }
        return results;
    }

    private LateAppendSql.Advanced advance(List<EncodedAppend> appends, LateAppendSql.Mark mark) {
        return translating(appends.get(0).append(), joining, connection -> {
            if (appends.size() > 1) {
                return lateSql.advanceStreams(connection, appends, mark);
            }
            LateAppendSql.Advanced advanced = lateSql.advanceStream(connection, appends.get(0), mark);
            AppendOutcome outcome = Objects.requireNonNull(advanced.outcomes().get(0));
            // what was appended before has positions to look up
            return outcome.repeated()
                    ? new LateAppendSql.Advanced(sql.appendEvents(connection, appends, false), advanced.marked())
                    : advanced;
        });
    }

    private void insertLate(List<LateAppends.Pending> pending, String mark) {
        translating(pending.get(0).append().append(), joining, connection -> {
            lateSql.insertLateEvents(connection, pending, settings.tailTimeout(), mark);
            return pending.size();
        });
        signalAfterCommit();
    }

    private void signalAfterCommit() {
        if (TransactionSynchronizationManager.isSynchronizationActive()) {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    signal.raise();
                }
            });
        }
    }

    private List<@Nullable AppendOutcome> execute(JdbcOperations jdbc, List<EncodedAppend> appends) {
        return translating(
                appends.get(0).append(),
                jdbc,
                connection -> appends.size() == 1 && appends.get(0).rows().size() == 1
                        ? List.of(sql.appendEvent(connection, appends.get(0), true))
                        : sql.appendEvents(connection, appends, true));
    }

    private <T> T translating(StreamAppend append, JdbcOperations jdbc, ConnectionCallback<T> action) {
        return AppendFailures.translating(append, logHead, () -> jdbc.execute(action));
    }

    /** The results of an append to several streams, or the refusal of the one that was refused. */
    private static List<AppendResult> results(List<EncodedAppend> appends, List<@Nullable AppendOutcome> outcomes) {
        for (int i = 0; i < appends.size(); i++) {
            AppendOutcome outcome = outcomes.get(i);
            if (outcome != null && !outcome.accepted()) {
                throw outcome.refusal(appends.get(i).append());
            }
        }
        return Stream.iterate(0, i -> i < appends.size(), i -> i + 1)
                .map(i -> Objects.requireNonNull(outcomes.get(i))
                        .result(appends.get(i).append()))
                .toList();
    }

    @Override
    public AppendOutcome appendAlone(EncodedAppend append) {
        return Objects.requireNonNull(execute(detached, List.of(append)).get(0));
    }

    @Override
    public List<@Nullable AppendOutcome> appendGroup(List<EncodedAppend> group) {
        EncodedAppend first = group.get(0);
        List<@Nullable AppendOutcome> outcomes = translating(first.append(), detached, connection -> {
            if (group.size() > 1 || first.rows().size() > 1) {
                return sql.appendGroup(connection, group);
            }
            AppendOutcome outcome = sql.appendEvent(connection, first, false);
            return Collections.singletonList(outcome.busy() ? null : outcome);
        });
        groups.onGroup(
                group.size(),
                group.stream().mapToInt(each -> each.rows().size()).sum());
        return outcomes;
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
        List<StoredEvent> stored = streamReader.read(jdbc(), query);
        return slice(query.merge(stored, pending(query.aggregateId())), query.direction());
    }

    private StreamSlice slice(List<StoredEvent> stored, Direction direction) {
        List<EventEnvelope<Object>> events = new ArrayList<>(stored.size());
        for (StoredEvent each : stored) {
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
        return foldableStreamReader.read(jdbc(), aggregateId, aggregateType, toVersion, pending(aggregateId));
    }

    @Override
    public SnapshottedStream readSnapshottedStream(UUID aggregateId, String aggregateType, int stateVersion) {
        return foldableStreamReader.readWithSnapshot(
                jdbc(), aggregateId, aggregateType, stateVersion, pending(aggregateId));
    }

    /** Events that the current transaction has yet to insert. */
    private List<StoredEvent> pending(UUID aggregateId) {
        LateAppends late = participation.active() ? LateAppends.current(this) : null;
        return late == null ? List.of() : late.events(aggregateId);
    }

    @Override
    public List<EventEnvelope<Object>> findEvent(UUID eventId) {
        return streamReader.findEvent(jdbc(), eventId).map(codec::decode).orElse(List.of());
    }

    @Override
    public long settledHead() {
        return logHead.advance();
    }

    @Override
    public LogPage readLog(LogQuery query) {
        // the head first, the page in a later snapshot
        LogQuery stored = query.eventTypes().isEmpty()
                ? query
                : query.eventTypes(codec.select(query.eventTypes()).storedNames());
        return logReader.read(stored, logHead.advance());
    }

    @Override
    public List<EventEnvelope<Object>> decode(StoredEvent event) {
        return codec.decode(event);
    }

    @Override
    public Optional<StreamDescription> describeStream(UUID aggregateId) {
        return streamReader.describe(jdbc(), aggregateId);
    }

    private JdbcOperations jdbc() {
        return participation.active() ? joining : detached;
    }
}
