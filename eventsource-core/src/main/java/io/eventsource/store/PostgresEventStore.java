package io.eventsource.store;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.StoredEvent;
import io.eventsource.schema.EventSourceSchema;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.IdGenerator;

/** The event store on PostgreSQL. */
final class PostgresEventStore implements EventStore {

    /** More events than this belong into several appends: one statement has to carry them all. */
    static final int MAX_EVENTS = 50_000;

    /** PostgreSQL refuses messages of 1 GiB; this leaves room for the longest encoding of each character. */
    static final long MAX_CHARACTERS = 256L * 1024 * 1024;

    private static final String SERIALIZATION_FAILURE = "40001";

    private static final String READ_STREAM =
            """
            SELECT %s
              FROM {schema}.events
             WHERE aggregate_id = ? AND version BETWEEN ? AND ?
             ORDER BY version %s LIMIT ?""";

    private static final String CURRENT_VERSION = "SELECT version FROM {schema}.event_streams WHERE aggregate_id = ?";

    private final TransactionParticipation participation;
    private final JdbcOperations joining;
    private final JdbcOperations detached;
    private final EventCodec codec;
    private final LogHead logHead;
    private final LogSignal signal;
    private final Clock clock;
    private final IdGenerator ids;
    private final AppendStatement appendStatement;
    private final StoredEventMapper mapper = new StoredEventMapper();
    private final String readForward;
    private final String readBackward;
    private final String currentVersion;
    private final LogReader logReader;

    PostgresEventStore(
            DataSource dataSource,
            EventSourceSchema schema,
            EventCodec codec,
            LogHead logHead,
            LogSignal signal,
            Clock clock,
            IdGenerator ids) {
        this.participation = new TransactionParticipation(dataSource);
        this.joining = new JdbcTemplate(dataSource);
        this.detached = new JdbcTemplate(new DetachedDataSource(dataSource));
        this.codec = codec;
        this.logHead = logHead;
        this.signal = signal;
        this.clock = clock;
        this.ids = ids;
        this.logReader = new LogReader(detached, schema);
        this.appendStatement = new AppendStatement(schema);
        this.readForward = schema.sql(READ_STREAM.formatted(StoredEventMapper.COLUMNS, "ASC"));
        this.readBackward = schema.sql(READ_STREAM.formatted(StoredEventMapper.COLUMNS, "DESC"));
        this.currentVersion = schema.sql(CURRENT_VERSION);
    }

    @Override
    public AppendResult append(StreamAppend append) {
        checkSize(append);
        EncodedAppend encoded = EncodedAppend.of(append, codec, clock, ids);
        checkCharacters(encoded);
        AppendStatement.Outcome outcome;
        try {
            outcome = Objects.requireNonNull(jdbc().execute((ConnectionCallback<AppendStatement.Outcome>)
                    connection -> appendStatement.execute(connection, encoded)));
        } catch (DataAccessException failure) {
            if (failure.getRootCause() instanceof SQLException sql && SERIALIZATION_FAILURE.equals(sql.getSQLState())) {
                throw new VersionConflictException(append, failure);
            }
            throw failure;
        }
        AppendResult result = interpret(append, outcome);
        if (!result.repeated()) {
            signalAfterCommit();
        }
        return result;
    }

    private static void checkSize(StreamAppend append) {
        int count = append.events().size();
        if (count == 0) {
            throw new InvalidAppendException(
                    append,
                    "%s %s: an append needs at least one event."
                            .formatted(append.aggregateType(), append.aggregateId()));
        }
        if (count > MAX_EVENTS) {
            throw new InvalidAppendException(
                    append,
                    "%s %s: %d events are too many for one append, the limit is %d. Append them in several steps."
                            .formatted(append.aggregateType(), append.aggregateId(), count, MAX_EVENTS));
        }
    }

    private static void checkCharacters(EncodedAppend encoded) {
        long characters = encoded.rows().stream()
                .mapToLong(row -> row.payload().json().length())
                .sum();
        if (characters > MAX_CHARACTERS) {
            StreamAppend append = encoded.append();
            throw new InvalidAppendException(
                    append,
                    "%s %s: the payloads have %d characters together, the limit of one append is %d. Append them in several steps, or keep large content elsewhere."
                            .formatted(append.aggregateType(), append.aggregateId(), characters, MAX_CHARACTERS));
        }
    }

    private static AppendResult interpret(StreamAppend append, AppendStatement.Outcome outcome) {
        return switch (outcome.outcome()) {
            case "appended", "repeated" ->
                new AppendResult(
                        append.aggregateId(),
                        outcome.version() - append.events().size() + 1,
                        outcome.version(),
                        outcome.firstPosition(),
                        outcome.lastPosition(),
                        outcome.outcome().equals("repeated"));
            case "conflict" -> throw new VersionConflictException(append, outcome.version());
            case "type" -> throw StreamMismatchException.type(append, String.valueOf(outcome.actual()));
            case "tenant" -> throw StreamMismatchException.tenant(append);
            default -> throw new IllegalStateException("Unknown outcome of an append: " + outcome);
        };
    }

    private void signalAfterCommit() {
        if (!participation.active()) {
            signal.raise();
        } else if (TransactionSynchronizationManager.isSynchronizationActive()) {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    signal.raise();
                }
            });
        }
    }

    @Override
    public List<EventEnvelope<Object>> readStream(StreamQuery query) {
        return jdbc()
                .query(
                        query.direction() == Direction.FORWARD ? readForward : readBackward,
                        mapper,
                        query.aggregateId(),
                        query.fromVersion(),
                        query.toVersion(),
                        query.limit())
                .stream()
                .map(codec::decode)
                .toList();
    }

    @Override
    public LogPage readLog(LogQuery query) {
        // the head first, the page in a later snapshot
        return logReader.read(query, logHead.advance());
    }

    @Override
    public EventEnvelope<Object> decode(StoredEvent event) {
        return codec.decode(event);
    }

    @Override
    public long currentVersion(UUID aggregateId) {
        return jdbc().queryForList(currentVersion, Long.class, aggregateId).stream()
                .findFirst()
                .orElse(0L);
    }

    private JdbcOperations jdbc() {
        return participation.active() ? joining : detached;
    }
}
