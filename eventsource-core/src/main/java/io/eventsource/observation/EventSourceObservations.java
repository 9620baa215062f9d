package io.eventsource.observation;

import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventRegistry;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.OutgoingMessage;
import io.eventsource.projection.HandlerInterceptor;
import io.eventsource.store.AppendException;
import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import io.eventsource.store.SnapshotRepository;
import io.eventsource.store.SnapshotRepository.StreamSnapshot;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.VersionConflictException;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.SenderContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Observes what the library does, by decorators. Each observation has a name that metrics and spans bear, and keys: those of
 * low cardinality become labels of metrics and attributes of spans, those of high cardinality attributes of spans alone.
 * A decorator costs next to nothing while the registry has no handler. Thread-safe.
 */
public final class EventSourceObservations {

    private final Supplier<ObservationRegistry> registry;
    private final Conventions conventions;

    /**
     * What takes the place of the library's own names and keys; null for none of its own.
     *
     * @param append for appends
     * @param load for reading a stream
     * @param handle for calls of handlers
     * @param snapshot for storing a snapshot
     * @param publish for sending messages
     * @param replay for handling dead letters again
     */
    public record Conventions(
            @Nullable ObservationConvention<AppendContext> append,
            @Nullable ObservationConvention<LoadContext> load,
            @Nullable ObservationConvention<HandleContext> handle,
            @Nullable ObservationConvention<SnapshotContext> snapshot,
            @Nullable ObservationConvention<PublishContext> publish,
            @Nullable ObservationConvention<ReplayContext> replay) {

        /**
         * The library's own.
         *
         * @return conventions that replace nothing
         */
        public static Conventions standard() {
            return new Conventions(null, null, null, null, null, null);
        }
    }

    /**
     * Creates decorators.
     *
     * @param registry asked at each observation
     * @param conventions names and keys
     */
    public EventSourceObservations(Supplier<ObservationRegistry> registry, Conventions conventions) {
        this.registry = registry;
        this.conventions = conventions;
    }

    /**
     * Observes appends and reading streams. While an append is observed by a tracer, {@code traceparent} and
     * {@code tracestate} of its span are stored as headers of its events, where these have no such header.
     *
     * @param store the store
     * @param events the names of event classes
     * @param append whether appends are observed; bulk loads, which run for long, are not
     * @param load whether reading a stream is observed, each page on its own; reading the log is not
     * @return the store with observations
     */
    public EventStore observe(EventStore store, EventRegistry events, boolean append, boolean load) {
        return append || load ? new ObservedEventStore(store, events, this, append, load) : store;
    }

    /**
     * Observes that snapshots are stored.
     *
     * @param repository the repository
     * @return the repository with observations
     */
    public SnapshotRepository observe(SnapshotRepository repository) {
        return new ObservedSnapshotRepository(repository, this);
    }

    /**
     * Observes calls of handlers.
     *
     * @param state what a subscription, by its name, is doing
     * @return what goes around the calls
     */
    public HandlerInterceptor handlers(Function<String, String> state) {
        return (handlers, events, call) -> {
            if (idle()) {
                call.run();
            } else {
                Observation observation = Observation.createNotStarted(
                        conventions.handle(),
                        handleConvention(),
                        () -> new HandleContext(handlers.name(), state.apply(handlers.name()), events),
                        registry.get());
                Observed.call(observation, () -> {
                    call.run();
                    return true;
                });
            }
        };
    }

    /**
     * Observes that messages are sent.
     *
     * @param destination where they go
     * @param transport what carries them; closing what this returns does not close it
     * @return the transport with observations
     */
    public MessageTransport observe(String destination, MessageTransport transport) {
        return new ObservedTransport(destination, transport, this);
    }

    /**
     * Observes that dead letters are handled again.
     *
     * @return what goes around the calls of handlers
     */
    public HandlerInterceptor replays() {
        return (handlers, events, call) -> {
            if (idle()) {
                call.run();
                return;
            }
            Observed.call(of(new ReplayContext(handlers.name(), events)), () -> {
                call.run();
                return true;
            });
        };
    }

    /** Whether nobody would be told of an observation. */
    boolean idle() {
        return registry.get().isNoop();
    }

    Observation of(AppendContext context) {
        return Observation.createNotStarted(conventions.append(), appendConvention(), () -> context, registry.get());
    }

    Observation of(LoadContext context) {
        return Observation.createNotStarted(conventions.load(), loadConvention(), () -> context, registry.get());
    }

    Observation of(PublishContext context) {
        return Observation.createNotStarted(
                conventions.publish(), new PublishConvention(), () -> context, registry.get());
    }

    private Observation of(ReplayContext context) {
        return Observation.createNotStarted(
                conventions.replay(), new ReplayConvention(), () -> context, registry.get());
    }

    Observation of(SnapshotContext context) {
        return Observation.createNotStarted(
                conventions.snapshot(), snapshotConvention(), () -> context, registry.get());
    }

    /**
     * The library's names and keys of appends, for one's own convention to build upon.
     *
     * @return the convention, {@code eventsource.append}
     */
    public static ObservationConvention<AppendContext> appendConvention() {
        return new AppendConvention();
    }

    /**
     * The library's names and keys of reading a stream, for one's own convention to build upon.
     *
     * @return the convention, {@code eventsource.load}
     */
    public static ObservationConvention<LoadContext> loadConvention() {
        return new LoadConvention();
    }

    /**
     * The library's names and keys of calls of handlers, for one's own convention to build upon.
     *
     * @return the convention, {@code eventsource.handle}
     */
    public static ObservationConvention<HandleContext> handleConvention() {
        return new HandleConvention();
    }

    /**
     * The library's names and keys of storing a snapshot, for one's own convention to build upon.
     *
     * @return the convention, {@code eventsource.snapshot.store}
     */
    public static ObservationConvention<SnapshotContext> snapshotConvention() {
        return new SnapshotConvention();
    }

    /** A call of a handler. */
    public static final class HandleContext extends Observation.Context {

        private final String subscription;
        private final String state;
        private final List<EventEnvelope<Object>> events;

        HandleContext(String subscription, String state, List<EventEnvelope<Object>> events) {
            this.subscription = subscription;
            this.state = state;
            this.events = List.copyOf(events);
        }

        /**
         * The subscription that calls.
         *
         * @return its name
         */
        public String subscription() {
            return subscription;
        }

        /**
         * What the subscription was doing when it called.
         *
         * @return the state in lower case, {@code unknown} when nobody can tell
         */
        public String state() {
            return state;
        }

        /**
         * What the handler gets.
         *
         * @return one event, or the several of a batch
         */
        public List<EventEnvelope<Object>> events() {
            return events;
        }
    }

    /** A stream that is read, as when an aggregate is loaded. */
    public static final class LoadContext extends Observation.Context {

        private final UUID aggregateId;
        private @Nullable String aggregateType;
        private @Nullable Integer events;
        private boolean fromSnapshot;

        LoadContext(UUID aggregateId, @Nullable String aggregateType) {
            this.aggregateId = aggregateId;
            this.aggregateType = aggregateType;
        }

        /**
         * The stream.
         *
         * @return its id
         */
        public UUID aggregateId() {
            return aggregateId;
        }

        /**
         * The stream's type.
         *
         * @return the type; null while it is not known, and when no event was read
         */
        public @Nullable String aggregateType() {
            return aggregateType;
        }

        /**
         * How many events were read.
         *
         * @return the number; null before the answer, and when there is none
         */
        public @Nullable Integer events() {
            return events;
        }

        /**
         * Whether a snapshot spared the events before it.
         *
         * @return whether there was one that fits
         */
        public boolean fromSnapshot() {
            return fromSnapshot;
        }

        void loaded(int storedEvents, @Nullable String type, boolean fromSnapshot) {
            this.events = storedEvents;
            this.aggregateType = type;
            this.fromSnapshot = fromSnapshot;
        }
    }

    /** A snapshot that is stored. */
    public static final class SnapshotContext extends Observation.Context {

        private final StreamSnapshot snapshot;
        private @Nullable Boolean stored;

        SnapshotContext(StreamSnapshot snapshot) {
            this.snapshot = snapshot;
        }

        /**
         * What is stored.
         *
         * @return the snapshot
         */
        public StreamSnapshot snapshot() {
            return snapshot;
        }

        /**
         * Whether it was stored.
         *
         * @return false when a newer one was there; null before the answer, and when there is none
         */
        public @Nullable Boolean stored() {
            return stored;
        }

        void answered(boolean stored) {
            this.stored = stored;
        }
    }

    /** A dead letter that is handled again. */
    public static final class ReplayContext extends Observation.Context {

        private final String projection;
        private final List<EventEnvelope<Object>> events;

        ReplayContext(String projection, List<EventEnvelope<Object>> events) {
            this.projection = projection;
            this.events = List.copyOf(events);
        }

        /**
         * Whose dead letter it is.
         *
         * @return the name of the projection
         */
        public String projection() {
            return projection;
        }

        /**
         * What is handled.
         *
         * @return the event; several where an upcaster makes several of it
         */
        public List<EventEnvelope<Object>> events() {
            return events;
        }
    }

    /** Messages that are sent to a broker. */
    public static final class PublishContext extends Observation.Context {

        private final String destination;
        private final List<OutgoingMessage> messages;
        private String outcome = "failed";

        PublishContext(String destination, List<OutgoingMessage> messages) {
            this.destination = destination;
            this.messages = List.copyOf(messages);
        }

        /**
         * Where they go.
         *
         * @return the name of the destination
         */
        public String destination() {
            return destination;
        }

        /**
         * What is sent.
         *
         * @return the messages in order
         */
        public List<OutgoingMessage> messages() {
            return messages;
        }

        /**
         * What became of them.
         *
         * @return {@code acknowledged} when the broker has all of them, {@code refused} or {@code unavailable} when it has not for that reason,
         *     {@code failed} before the answer and when there is none
         */
        public String outcome() {
            return outcome;
        }

        void answered(String newOutcome) {
            outcome = newOutcome;
        }
    }

    /**
     * An append that is observed: events are sent on their way to whoever handles them later. What a tracer writes into the
     * carrier is stored with the events.
     */
    public static final class AppendContext extends SenderContext<Map<String, String>> {

        /** Of W3C Trace Context. Baggage is not kept: nobody decided that it may be stored for ever. */
        private static final Set<String> STORED = Set.of("traceparent", "tracestate");

        private final List<StreamAppend> appends;
        private final String eventType;
        private final boolean alone;
        private @Nullable List<AppendResult> results;

        /** What became of an append. */
        public enum Outcome {
            /** Not known yet. */
            NONE,
            /** It is stored, or will be with the surrounding transaction. */
            APPENDED,
            /** An earlier append with the same id had stored it. */
            DUPLICATE,
            /** A stream was not at the expected version. */
            CONFLICT,
            /** The stream is of another type or tenant, or the append is invalid. */
            REFUSED,
            /** The database or the encoding failed. */
            FAILED
        }

        AppendContext(List<StreamAppend> appends, String eventType, boolean alone) {
            super(
                    (carrier, key, value) -> {
                        if (carrier != null && STORED.contains(key)) {
                            carrier.put(key, value);
                        }
                    },
                    Kind.PRODUCER);
            this.appends = List.copyOf(appends);
            this.eventType = eventType;
            this.alone = alone;
            setCarrier(new LinkedHashMap<>());
        }

        /**
         * What is appended.
         *
         * @return one append per stream
         */
        public List<StreamAppend> appends() {
            return appends;
        }

        /**
         * The stored name of the events' type.
         *
         * @return the name, {@code several} when they are of more than one type
         */
        public String eventType() {
            return eventType;
        }

        /**
         * Where the append went.
         *
         * @return one result per append; null before the answer, and when there is none
         */
        public @Nullable List<AppendResult> results() {
            return results;
        }

        /**
         * Whether the append was a commit of its own for certain: an asynchronous one takes part in no transaction of its caller.
         *
         * @return whether no transaction of the caller's decides what becomes of it
         */
        public boolean alone() {
            return alone;
        }

        void appended(List<AppendResult> results) {
            this.results = List.copyOf(results);
        }

        /**
         * What became of the append.
         *
         * @return the outcome
         */
        public Outcome outcome() {
            if (results != null) {
                return !results.isEmpty() && results.stream().allMatch(AppendResult::duplicate)
                        ? Outcome.DUPLICATE
                        : Outcome.APPENDED;
            }
            Throwable error = getError();
            if (error == null) {
                return Outcome.NONE;
            }
            if (error instanceof VersionConflictException) {
                return Outcome.CONFLICT;
            }
            return error instanceof AppendException ? Outcome.REFUSED : Outcome.FAILED;
        }
    }
}
