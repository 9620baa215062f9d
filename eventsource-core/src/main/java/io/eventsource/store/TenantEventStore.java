package io.eventsource.store;

import io.eventsource.event.EventDecodingException;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.LogPage;
import io.eventsource.log.LogQuery;
import io.eventsource.store.AppendException.InvalidAppendException;
import io.eventsource.store.EventStore.LoadProgress;
import io.eventsource.store.EventStore.StreamDescription;
import io.eventsource.store.EventStore.StreamPayloads;
import io.eventsource.store.EventStore.StreamSlice;
import io.eventsource.store.SnapshotRepository.SnapshottedStream;
import io.eventsource.store.SnapshotRepository.SnapshottedStream.Fitness;
import io.eventsource.store.SnapshotRepository.StreamSnapshot;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One tenant's view of a store. All events of a stream carry the tenant of the stream, which never changes: one event, or the
 * row of the stream, tells whose it is.
 */
final class TenantEventStore implements EventStore {

    private static final int MAX_LENGTH = 200;

    private final EventStore store;
    private final String tenantId;

    TenantEventStore(EventStore store, String tenantId) {
        if (tenantId.isBlank() || tenantId.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "A tenant must have 1 to %d characters, but it is '%s'".formatted(MAX_LENGTH, tenantId));
        }
        this.store = store;
        this.tenantId = tenantId;
    }

    @Override
    public AppendResult append(StreamAppend append) {
        return store.append(stamped(append));
    }

    @Override
    public List<AppendResult> append(List<StreamAppend> appends) {
        return store.append(appends.stream().map(this::stamped).toList());
    }

    @Override
    public CompletableFuture<AppendResult> appendAsync(StreamAppend append) {
        return store.appendAsync(stamped(append));
    }

    @Override
    public LoadProgress load(Stream<StreamAppend> appends, Consumer<LoadProgress> progress) {
        return store.load(appends.map(this::stamped), progress);
    }

    private StreamAppend stamped(StreamAppend append) {
        String given = append.metadata().tenantId();
        if (given != null && !given.equals(tenantId)) {
            throw new InvalidAppendException(
                    append,
                    "%s %s: an append for tenant '%s' does not go through the store of tenant '%s'."
                            .formatted(append.aggregateType(), append.aggregateId(), given, tenantId));
        }
        return append.withMetadata(append.metadata().withTenantId(tenantId));
    }

    @Override
    public StreamSlice readStreamSlice(StreamQuery query) {
        StreamSlice slice = decoding(query.aggregateId(), () -> store.readStreamSlice(query));
        List<EventEnvelope<Object>> events = slice.events();
        requireOwnStream(
                query.aggregateId(),
                events.isEmpty(),
                events.isEmpty() ? null : events.get(0).metadata().tenantId());
        return slice;
    }

    @Override
    public StreamPayloads readPayloads(UUID aggregateId, String aggregateType, long toVersion) {
        StreamPayloads payloads =
                decoding(aggregateId, () -> store.readPayloads(aggregateId, aggregateType, toVersion));
        requireOwnStream(aggregateId, payloads.storedEvents() == 0, payloads.tenantId());
        return payloads;
    }

    @Override
    public SnapshottedStream readSnapshottedStream(UUID aggregateId, String aggregateType, int stateVersion) {
        SnapshottedStream stream =
                decoding(aggregateId, () -> store.readSnapshottedStream(aggregateId, aggregateType, stateVersion));
        requireOwnStream(
                aggregateId,
                stream.events().storedEvents() == 0,
                stream.events().tenantId());
        StreamSnapshot snapshot = stream.snapshot();
        // what the log does not hold may have been somebody else's
        return snapshot == null || stream.fitness() != Fitness.AHEAD
                ? stream
                : new SnapshottedStream(snapshot.withoutState(), Fitness.AHEAD, stream.events());
    }

    /** What an exception says is about somebody else's event unless the stream is this tenant's. */
    private <T> T decoding(UUID aggregateId, Supplier<T> read) {
        try {
            return read.get();
        } catch (EventDecodingException failure) {
            describeStream(aggregateId);
            throw failure;
        }
    }

    private void requireOwnStream(UUID aggregateId, boolean nothingRead, @Nullable String owner) {
        if (nothingRead) {
            describeStream(aggregateId);
        } else if (!tenantId.equals(owner)) {
            throw TenantMismatchException.stream(aggregateId, tenantId);
        }
    }

    @Override
    public Optional<StreamDescription> describeStream(UUID aggregateId) {
        Optional<StreamDescription> stream = store.describeStream(aggregateId);
        if (stream.isPresent() && !tenantId.equals(stream.get().tenantId())) {
            throw TenantMismatchException.stream(aggregateId, tenantId);
        }
        return stream;
    }

    @Override
    public List<EventEnvelope<Object>> findEvent(UUID eventId) {
        List<EventEnvelope<Object>> parts;
        try {
            parts = store.findEvent(eventId);
        } catch (EventDecodingException failure) {
            requireOwn(
                    eventId,
                    store.describeStream(failure.aggregateId())
                            .map(StreamDescription::tenantId)
                            .orElse(null));
            throw failure;
        }
        parts.forEach(part -> requireOwn(eventId, part.metadata().tenantId()));
        return parts;
    }

    @Override
    public long highWaterMark() {
        return store.highWaterMark();
    }

    @Override
    public LogPage readLog(LogQuery query) {
        if (query.tenantId() != null && !query.tenantId().equals(tenantId)) {
            throw new IllegalArgumentException("The store of tenant '%s' does not read the log of tenant '%s'"
                    .formatted(tenantId, query.tenantId()));
        }
        return store.readLog(query.tenantId(tenantId));
    }

    @Override
    public List<EventEnvelope<Object>> decode(StoredEvent event) {
        requireOwn(event.eventId(), event.metadata().tenantId());
        return store.decode(event);
    }

    private void requireOwn(UUID eventId, @Nullable String owner) {
        if (!tenantId.equals(owner)) {
            throw TenantMismatchException.event(eventId, tenantId);
        }
    }

    @Override
    public EventStore forTenant(String other) {
        if (!other.equals(tenantId)) {
            throw new IllegalArgumentException(
                    "The store of tenant '%s' gives no view of tenant '%s'".formatted(tenantId, other));
        }
        return this;
    }
}
