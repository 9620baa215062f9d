package io.eventsource.context;

import io.eventsource.event.EventMetadata;
import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/**
 * Takes the {@link MetadataContext} along when Micrometer's context propagation captures the thread locals of a thread. Found
 * by the service loader; public for that, and for registries of an application's own. Thread-safe.
 */
public final class MetadataThreadLocalAccessor implements ThreadLocalAccessor<EventMetadata> {

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
