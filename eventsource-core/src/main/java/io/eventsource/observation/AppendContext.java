package io.eventsource.observation;

import io.eventsource.store.AppendException;
import io.eventsource.store.AppendResult;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.VersionConflictException;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.SenderContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An append that is observed: events are sent on their way to whoever handles them later. What a tracer writes into the
 * carrier is stored with the events.
 */
public final class AppendContext extends SenderContext<Map<String, String>> {

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
