package io.eventsource.aggregate;

import io.eventsource.context.MetadataContext;
import io.eventsource.event.EventMetadata;
import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import io.eventsource.store.EventStore.StreamPayloads;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.SnapshotRepository.SnapshottedStream;
import io.eventsource.store.SnapshotRepository.SnapshottedStream.Fitness;
import io.eventsource.store.SnapshotRepository.StreamSnapshot;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.VersionConflictException;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.retry.RetryException;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.core.retry.Retryable;

/** The streams of one type of aggregate: folds them, from snapshots where there are fit ones, and appends to them. */
final class AggregateStreams<S> {

    private final String typeName;
    private final EventStore store;
    private final RetryTemplate retries;
    private final CommandTurns turns = new CommandTurns();
    private final @Nullable StateSnapshots<S> snapshots;

    AggregateStreams(String typeName, EventStore store, CommandRetries retries, @Nullable StateSnapshots<S> snapshots) {
        this.typeName = typeName;
        this.store = store;
        this.snapshots = snapshots;
        this.retries = new RetryTemplate(RetryPolicy.builder()
                .includes(VersionConflictException.class)
                .maxRetries(retries.maxRetries())
                .delay(retries.delay())
                .jitter(retries.delay().dividedBy(2))
                .multiplier(2)
                .maxDelay(retries.maxDelay())
                .build());
    }

    /** The state after all events, or null when there is no such aggregate of this type. */
    @Nullable Folded<S> find(UUID id, Fold<S> fold) {
        if (snapshots == null) {
            return fold(readAll(id), fold, null);
        }
        SnapshottedStream stream = reading().readSnapshottedStream(id, typeName, snapshots.stateVersion());
        StreamSnapshot snapshot = stream.snapshot();
        if (snapshot == null) {
            return fold(stream.events(), fold, null);
        }
        S state = snapshots.restore(snapshot, stream.fitness());
        if (state != null) {
            return fold(
                    stream.events(),
                    fold,
                    new Folded<>(state, snapshot.version(), snapshot.eventId(), snapshot.version(), null));
        }
        if (stream.fitness() == Fitness.FIT) {
            return fold(readAll(id), fold, null);
        }
        Folded<S> folded = fold(stream.events(), fold, null);
        return folded == null || stream.fitness() != Fitness.AHEAD
                ? folded
                : new Folded<>(folded.state(), folded.version(), folded.lastEvent(), 0, snapshot.eventId());
    }

    /** The state as it was at a version. */
    @Nullable Folded<S> findAt(UUID id, long version, Fold<S> fold) {
        return fold(reading().readPayloads(id, typeName, version), fold, null);
    }

    private StreamPayloads readAll(UUID id) {
        return reading().readPayloads(id, typeName, Long.MAX_VALUE);
    }

    private @Nullable Folded<S> fold(StreamPayloads events, Fold<S> fold, @Nullable Folded<S> basis) {
        UUID newest = events.newestEventId();
        if (newest == null) {
            return basis;
        }
        S state = basis == null ? fold.initial() : basis.state();
        for (Object payload : events.payloads()) {
            state = fold.evolve().apply(state, payload);
        }
        // an upcaster may have dropped the last event, and the next append must still name its version
        return new Folded<>(state, events.version(), newest, basis == null ? 0 : basis.snapshotVersion(), null);
    }

    boolean exists(UUID id) {
        return reading()
                .describeStream(id)
                .filter(stream -> typeName.equals(stream.aggregateType()))
                .isPresent();
    }

    /** The store as the tenant of the current context may read it; all of it when there is none. */
    private EventStore reading() {
        String tenantId = MetadataContext.current().tenantId();
        return tenantId == null ? store : store.forTenant(tenantId);
    }

    AppendResult append(UUID id, long version, List<?> events, EventMetadata metadata) {
        return store.append(StreamAppend.to(typeName, id, events)
                .expecting(ExpectedVersion.exact(version))
                .withMetadata(metadata));
    }

    /**
     * Takes a snapshot after an append, if one is due.
     *
     * @param snapshotVersion the version of the last snapshot known
     * @param fold folds the stream anew
     * @return the version of the last snapshot known now
     */
    long snapshotIfDue(UUID id, long version, long snapshotVersion, Supplier<Fold<S>> fold) {
        return snapshots == null
                ? snapshotVersion
                : snapshots.takeIfDue(id, version, snapshotVersion, () -> find(id, fold.get()));
    }

    boolean snapshot(UUID id, Supplier<Fold<S>> fold) {
        if (snapshots == null) {
            throw new IllegalStateException(
                    "%s has no snapshots: declare a stateVersion in its @AggregateType, and see that snapshots are enabled for it."
                            .formatted(typeName));
        }
        return snapshots.take(id, require(id, find(id, fold.get())));
    }

    <T> T require(UUID id, @Nullable T found) {
        if (found == null) {
            throw new AggregateNotFoundException(typeName, id);
        }
        return found;
    }

    /** Repeats an attempt while it conflicts. */
    <T> T retrying(UUID id, Retryable<T> attempt) {
        try (CommandTurns.Turn turn = turns.of(id)) {
            return retries.execute(() -> {
                turn.take();
                return attempt.execute();
            });
        } catch (RetryException exhausted) {
            if (exhausted.getCause() instanceof Error error) {
                throw error;
            }
            throw exhausted.getCause() instanceof RuntimeException last ? last : new IllegalStateException(exhausted);
        }
    }
}
