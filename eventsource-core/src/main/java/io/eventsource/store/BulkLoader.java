package io.eventsource.store;

import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventMetadata.Field;
import io.eventsource.log.Bucket;
import io.eventsource.log.EventColumns;
import io.eventsource.log.HighWaterMark;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.store.EventStore.LoadProgress;
import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Loads appends in chunks. A chunk is one short transaction: its streams are moved on in one statement, then its events
 * follow by COPY. Several appends to one stream become one within a chunk.
 */
final class BulkLoader {

    /** Events in a chunk at most, but for a single append that is larger: what holds the log's tail, some 50 ms. */
    private static final int CHUNK_EVENTS = 5_000;

    /** Characters of payload in a chunk at most, but for a single append that is larger. */
    private static final long CHUNK_CHARACTERS = 8L * 1024 * 1024;

    private static final String COPY =
            """
            COPY {schema}.events (event_id, append_id, aggregate_id, aggregate_type, version, event_type, revision, bucket,
                                  {texts}, "timestamp", payload, metadata)
            FROM STDIN"""
                    .replace("{texts}", EventColumns.list(EventColumns.TEXTS, "%s"));

    private final JdbcOperations detached;
    private final AppendSql sql;
    private final String copy;
    private final HighWaterMark mark;

    BulkLoader(JdbcOperations detached, EventSourceSchema schema, HighWaterMark mark) {
        this.mark = mark;
        this.detached = detached;
        this.sql = new AppendSql(schema);
        this.copy = schema.sql(COPY);
    }

    LoadProgress load(
            Stream<StreamAppend> appends,
            Function<StreamAppend, EncodedAppend> encoder,
            Consumer<LoadProgress> progress) {
        long begin = System.nanoTime();
        LoadProgress done = new LoadProgress(0, 0, Duration.ZERO);
        Chunk chunk = new Chunk();
        for (Iterator<StreamAppend> each = appends.iterator(); each.hasNext(); ) {
            EncodedAppend next = encoder.apply(each.next());
            if (!chunk.add(next)) {
                done = loadChunk(chunk, done, begin, progress);
                chunk = new Chunk();
                chunk.add(next);
            }
        }
        return chunk.appends.isEmpty() ? done : loadChunk(chunk, done, begin, progress);
    }

    private LoadProgress loadChunk(Chunk chunk, LoadProgress before, long begin, Consumer<LoadProgress> progress) {
        AppendFailures.translating(
                chunk.appends.get(0).append(),
                mark,
                () -> detached.execute((ConnectionCallback<Integer>) connection -> {
                    connection.setAutoCommit(false);
                    boolean committed = false;
                    try {
                        if (!copyAll(connection, List.copyOf(chunk.streams.values()))) {
                            connection.rollback();
                            appendOneByOne(connection, chunk.appends);
                        }
                        connection.commit();
                        committed = true;
                    } finally {
                        // going back to automatic commits would commit
                        if (!committed) {
                            connection.rollback();
                        }
                        connection.setAutoCommit(true);
                    }
                    return chunk.events;
                }));
        LoadProgress done = new LoadProgress(
                before.appends() + chunk.appends.size(),
                before.events() + chunk.events,
                Duration.ofNanos(System.nanoTime() - begin));
        progress.accept(done);
        return done;
    }

    /** The quick way; says whether every stream was as demanded and nothing had been loaded before. */
    private boolean copyAll(Connection connection, List<List<EncodedAppend>> streams) throws SQLException {
        List<AppendOutcome> outcomes = sql.advanceStreams(connection, streams);
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < streams.size(); i++) {
            if (!outcomes.get(i).outcome().equals("appended")) {
                return false;
            }
            rows(rows, streams.get(i), outcomes.get(i).version());
        }
        try {
            connection.unwrap(PGConnection.class).getCopyAPI().copyIn(copy, new StringReader(rows.toString()));
        } catch (IOException failure) {
            throw new SQLException("Cannot send the rows of a bulk load", failure);
        }
        return true;
    }

    /** The thorough way: finds the append that is refused, and passes over those that were loaded before. */
    private void appendOneByOne(Connection connection, List<EncodedAppend> appends) throws SQLException {
        for (EncodedAppend append : appends) {
            AppendOutcome outcome = Objects.requireNonNull(
                    sql.appendEvents(connection, List.of(append), true).get(0));
            if (!outcome.accepted()) {
                throw outcome.refusal(append.append());
            }
        }
    }

    private static void rows(StringBuilder rows, List<EncodedAppend> appends, long lastVersion) {
        long version = lastVersion
                - appends.stream().mapToLong(append -> append.rows().size()).sum()
                + 1;
        for (EncodedAppend append : appends) {
            rows(rows, append, version);
            version += append.rows().size();
        }
    }

    private static void rows(StringBuilder rows, EncodedAppend encoded, long firstVersion) {
        StreamAppend append = encoded.append();
        long version = firstVersion;
        for (EncodedAppend.Row row : encoded.rows()) {
            field(rows, row.eventId()).append('\t');
            field(rows, encoded.appendId()).append('\t');
            field(rows, append.aggregateId()).append('\t');
            field(rows, append.aggregateType()).append('\t');
            rows.append(version++).append('\t');
            field(rows, row.payload().eventType()).append('\t');
            rows.append(row.payload().revision()).append('\t');
            rows.append(Bucket.of(append.aggregateId())).append('\t');
            EventMetadata metadata =
                    row.metadata().withTenantId(append.metadata().tenantId());
            for (Field text : EventColumns.TEXTS) {
                field(rows, text.of(metadata)).append('\t');
            }
            field(rows, row.timestamp().atOffset(ZoneOffset.UTC)).append('\t');
            field(rows, row.payload().json()).append('\t');
            field(rows, row.headers()).append('\n');
        }
    }

    /** A value in COPY's text format. */
    private static StringBuilder field(StringBuilder rows, @Nullable Object value) {
        if (value == null) {
            return rows.append("\\N");
        }
        String text = value.toString();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\\' -> rows.append("\\\\");
                case '\t' -> rows.append("\\t");
                case '\n' -> rows.append("\\n");
                case '\r' -> rows.append("\\r");
                default -> rows.append(c);
            }
        }
        return rows;
    }

    /** The appends of one transaction, in order and by stream. */
    private static final class Chunk {

        private final List<EncodedAppend> appends = new ArrayList<>();
        private final Map<UUID, List<EncodedAppend>> streams = new LinkedHashMap<>();
        private int events;
        private long characters;

        /** Takes an append in, unless the chunk is full or the append has to find the ones before it committed. */
        boolean add(EncodedAppend append) {
            if (events > 0
                    && (events + append.rows().size() > CHUNK_EVENTS
                            || characters + append.characters() > CHUNK_CHARACTERS)) {
                return false;
            }
            List<EncodedAppend> stream =
                    streams.computeIfAbsent(append.append().aggregateId(), id -> new ArrayList<>());
            if (!stream.isEmpty() && !continues(stream, append.append())) {
                return false;
            }
            stream.add(append);
            appends.add(append);
            events += append.rows().size();
            characters += append.characters();
            return true;
        }

        /** Whether an append is sure to be accepted behind these, so that the stream can be moved on by all at once. */
        private static boolean continues(List<EncodedAppend> stream, StreamAppend next) {
            StreamAppend first = stream.get(0).append();
            if (!next.aggregateType().equals(first.aggregateType())
                    || !Objects.equals(
                            next.metadata().tenantId(), first.metadata().tenantId())) {
                return false;
            }
            long count = stream.stream().mapToLong(each -> each.rows().size()).sum();
            // an append id is found by the version, or else remembered by the stream, which remembers only the first
            // one of this step
            return next.expectedVersion().acceptedBehind(first.expectedVersion(), count)
                    && (next.expectedVersion().code() >= 0 || next.appendId() == null);
        }
    }
}
