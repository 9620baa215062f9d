package io.eventsource.observation;

import io.eventsource.context.MetadataContext;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventRegistry.EventTypeDescriptor;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.LogPage;
import io.eventsource.log.LogQuery;
import io.eventsource.observation.EventSourceObservations.AppendContext;
import io.eventsource.observation.EventSourceObservations.LoadContext;
import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import io.eventsource.store.EventStore.LoadProgress;
import io.eventsource.store.EventStore.StreamDescription;
import io.eventsource.store.EventStore.StreamPayloads;
import io.eventsource.store.EventStore.StreamSlice;
import io.eventsource.store.SnapshotRepository.SnapshottedStream;
import io.eventsource.store.SnapshotRepository.SnapshottedStream.Fitness;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.StreamQuery;
import io.micrometer.observation.Observation;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A store whose appends and reads of streams are observed. */
final class ObservedEventStore implements EventStore {

    private final EventStore store;
    private final EventRegistry events;
    private final EventSourceObservations observations;
    private final boolean appends;
    private final boolean loads;

    ObservedEventStore(
            EventStore store,
            EventRegistry events,
            EventSourceObservations observations,
            boolean appends,
            boolean loads) {
        this.store = store;
        this.events = events;
        this.observations = observations;
        this.appends = appends;
        this.loads = loads;
    }

    @Override
    public AppendResult append(StreamAppend append) {
        return unobserved(appends)
                ? store.append(append)
                : observe(List.of(append), () -> store.append(append), List::of);
    }

    @Override
    public List<AppendResult> append(List<StreamAppend> several) {
        return unobserved(appends)
                ? store.append(several)
                : observe(several, () -> store.append(several), Function.identity());
    }

    @Override
    public CompletableFuture<AppendResult> appendAsync(StreamAppend append) {
        if (unobserved(appends)) {
            return store.appendAsync(append);
        }
        AppendContext context = new AppendContext(List.of(append), eventType(List.of(append)), true);
        Observation observation = observations.of(context).start();
        CompletableFuture<AppendResult> answer;
        try {
            answer = Observed.scoped(observation, () -> remembering(context, () -> store.appendAsync(append)));
        } catch (RuntimeException | Error failure) {
            observation.stop();
            throw failure;
        }
        return answer.whenComplete((result, failure) -> {
            if (failure == null) {
                context.appended(List.of(result));
            } else {
                Observed.failed(observation, cause(failure));
            }
            observation.stop();
        });
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException
                ? Objects.requireNonNullElse(failure.getCause(), failure)
                : failure;
    }

    private boolean unobserved(boolean switchedOn) {
        return !switchedOn || observations.idle();
    }

    private <T> T observe(List<StreamAppend> several, Supplier<T> call, Function<T, List<AppendResult>> results) {
        AppendContext context = new AppendContext(several, eventType(several), false);
        return Observed.call(observations.of(context), () -> {
            T result = remembering(context, call);
            context.appended(results.apply(result));
            return result;
        });
    }

    private String eventType(List<StreamAppend> several) {
        return Keys.common(
                () -> several.stream().flatMap(each -> each.events().stream()).iterator(), event -> {
                    EventTypeDescriptor type = events.find(event.payload().getClass());
                    return type == null ? Keys.NONE : type.name();
                });
    }

    /** Appends with the trace as metadata of the context: what an append or an event says itself wins. */
    private static <T> T remembering(AppendContext context, Supplier<T> call) {
        Map<String, String> trace = Objects.requireNonNull(context.getCarrier());
        if (trace.isEmpty()) {
            return call.get();
        }
        EventMetadata metadata = MetadataContext.current();
        for (Map.Entry<String, String> header : trace.entrySet()) {
            metadata = metadata.withHeader(header.getKey(), header.getValue());
        }
        return MetadataContext.call(metadata, call);
    }

    @Override
    public StreamSlice readStreamSlice(StreamQuery query) {
        if (unobserved(loads)) {
            return store.readStreamSlice(query);
        }
        LoadContext context = new LoadContext(query.aggregateId(), null);
        return Observed.call(observations.of(context), () -> {
            StreamSlice slice = store.readStreamSlice(query);
            context.loaded(slice.storedEvents(), slice.aggregateType(), false);
            return slice;
        });
    }

    @Override
    public StreamPayloads readPayloads(UUID aggregateId, String aggregateType, long toVersion) {
        if (unobserved(loads)) {
            return store.readPayloads(aggregateId, aggregateType, toVersion);
        }
        LoadContext context = new LoadContext(aggregateId, aggregateType);
        return Observed.call(observations.of(context), () -> {
            StreamPayloads payloads = store.readPayloads(aggregateId, aggregateType, toVersion);
            context.loaded(payloads.storedEvents(), aggregateType, false);
            return payloads;
        });
    }

    @Override
    public SnapshottedStream readSnapshottedStream(UUID aggregateId, String aggregateType, int stateVersion) {
        if (unobserved(loads)) {
            return store.readSnapshottedStream(aggregateId, aggregateType, stateVersion);
        }
        LoadContext context = new LoadContext(aggregateId, aggregateType);
        return Observed.call(observations.of(context), () -> {
            SnapshottedStream stream = store.readSnapshottedStream(aggregateId, aggregateType, stateVersion);
            context.loaded(
                    stream.events().storedEvents(),
                    aggregateType,
                    stream.snapshot() != null && stream.fitness() == Fitness.FIT);
            return stream;
        });
    }

    @Override
    public LoadProgress load(Stream<StreamAppend> several, Consumer<LoadProgress> progress) {
        return store.load(several, progress);
    }

    @Override
    public List<EventEnvelope<Object>> findEvent(UUID eventId) {
        return store.findEvent(eventId);
    }

    @Override
    public long highWaterMark() {
        return store.highWaterMark();
    }

    @Override
    public LogPage readLog(LogQuery query) {
        return store.readLog(query);
    }

    @Override
    public List<EventEnvelope<Object>> decode(StoredEvent event) {
        return store.decode(event);
    }

    @Override
    public Optional<StreamDescription> describeStream(UUID aggregateId) {
        return store.describeStream(aggregateId);
    }
}
