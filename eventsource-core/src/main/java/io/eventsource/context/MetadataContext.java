package io.eventsource.context;

import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventMetadata.Field;
import io.micrometer.context.ThreadLocalAccessor;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of what the calling thread does at the moment, and that events appended there inherit field by field where the
 * append says nothing. The web filter opens it for a request, a subscription for each event it hands over.
 *
 * <p>Bound to one thread and not inherited by threads it starts, virtual ones included. It gets to other threads through
 * Micrometer's context propagation ({@link MetadataThreadLocalAccessor}): by Spring's {@code ContextPropagatingTaskDecorator}, a
 * {@code ContextExecutorService}, or a {@code ContextSnapshot}. What is captured is immutable.
 *
 * <p>It knows no transaction: an append takes what is current when it is called, not when the transaction commits.
 */
public final class MetadataContext {

    private static final ThreadLocal<Supplier<EventMetadata>> CURRENT = new ThreadLocal<>();

    private MetadataContext() {}

    /**
     * The current metadata of the calling thread.
     *
     * @return the metadata, saying nothing when no context is open
     */
    public static EventMetadata current() {
        return Objects.requireNonNullElse(bound(), EventMetadata.none());
    }

    /**
     * Makes metadata the current ones of the calling thread until the scope is closed. They replace those of the context
     * around it; to change only some, open {@code current().with…}.
     *
     * @param metadata the metadata
     * @return what ends it, to be closed by the same thread, the innermost first
     */
    public static Scope open(EventMetadata metadata) {
        Objects.requireNonNull(metadata, "metadata");
        return open(() -> metadata);
    }

    private static Scope open(Supplier<EventMetadata> metadata) {
        ThreadScope scope = new ThreadScope(Thread.currentThread(), CURRENT.get());
        CURRENT.set(metadata);
        return scope;
    }

    /**
     * Runs something with metadata as the current ones.
     *
     * @param metadata the metadata
     * @param action what to run
     */
    public static void run(EventMetadata metadata, Runnable action) {
        run(open(metadata), action);
    }

    /**
     * Runs something that reacts to an event, with the metadata of {@link #causedBy} as the current ones. They are made when somebody asks
     * for them, since most handlers append nothing.
     *
     * @param event the event that is reacted to
     * @param action what to run
     */
    public static void runCausedBy(EventEnvelope<?> event, Runnable action) {
        run(open(() -> causedBy(event)), action);
    }

    private static void run(Scope scope, Runnable action) {
        try {
            action.run();
        } finally {
            scope.close();
        }
    }

    /**
     * Computes something with metadata as the current ones.
     *
     * @param metadata the metadata
     * @param action what to compute
     * @param <T> the type of the result
     * @return what the action returned
     */
    public static <T extends @Nullable Object> T call(EventMetadata metadata, Supplier<T> action) {
        Scope scope = open(metadata);
        try {
            return action.get();
        } finally {
            scope.close();
        }
    }

    /**
     * The metadata of what an event causes: the {@linkplain Field#passedOn() fields that are passed on}, such as tenant, actor and correlation, and
     * its id as the causation. Headers are not passed on: they describe the event that has them.
     *
     * @param event the event that is reacted to
     * @return metadata to open a context with
     */
    public static EventMetadata causedBy(EventEnvelope<?> event) {
        String cause = event.eventId().toString();
        return EventMetadata.of(
                field -> field == Field.CAUSATION_ID ? cause : field.passedOn() ? field.of(event.metadata()) : null,
                Map.of());
    }

    /** What is bound to the thread, or null; unlike {@link #current()} it tells nothing from empty. */
    static @Nullable EventMetadata bound() {
        Supplier<EventMetadata> current = CURRENT.get();
        return current == null ? null : current.get();
    }

    static void bind(@Nullable EventMetadata metadata) {
        if (metadata == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(() -> metadata);
        }
    }

    /** An open context. Closing it brings back the one around it. */
    public interface Scope extends AutoCloseable {

        /**
         * Ends the context. A second time does nothing.
         *
         * @throws IllegalStateException in another thread than the one that opened it; nothing is changed then
         */
        @Override
        void close();
    }

    private static final class ThreadScope implements Scope {

        private final Thread owner;
        private final @Nullable Supplier<EventMetadata> before;
        private boolean closed;

        ThreadScope(Thread owner, @Nullable Supplier<EventMetadata> before) {
            this.owner = owner;
            this.before = before;
        }

        @Override
        public void close() {
            if (Thread.currentThread() != owner) {
                throw new IllegalStateException(
                        "A metadata context must be closed by the thread that opened it, %s, but %s closes it"
                                .formatted(
                                        owner.getName(), Thread.currentThread().getName()));
            }
            if (!closed) {
                closed = true;
                if (before == null) {
                    CURRENT.remove();
                } else {
                    CURRENT.set(before);
                }
            }
        }
    }

    /**
     * Takes the {@link MetadataContext} along when Micrometer's context propagation captures the thread locals of a thread. Found
     * by the service loader; public for that, and for registries of an application's own. Thread-safe.
     */
    public static final class MetadataThreadLocalAccessor implements ThreadLocalAccessor<EventMetadata> {

        /** The name of the metadata in snapshots and in Reactor's context. */
        public static final String KEY = "eventsource.metadata";

        /** Creates an accessor. */
        public MetadataThreadLocalAccessor() {}

        @Override
        public Object key() {
            return KEY;
        }

        @Override
        public @Nullable EventMetadata getValue() {
            return MetadataContext.bound();
        }

        @Override
        public void setValue(EventMetadata metadata) {
            MetadataContext.bind(metadata);
        }

        @Override
        public void setValue() {
            MetadataContext.bind(null);
        }
    }
}
