package io.eventsource.payload;

import io.eventsource.EventSourceException;
import io.eventsource.failure.CauseChain;
import io.eventsource.failure.FailureText;
import io.eventsource.payload.UnprovenTypeException.TypeFinding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Shows that what is stored can be read back equal: classes by what the serializer makes of them, values by writing and reading
 * them as PostgreSQL gives them back. The store, snapshots, test fixtures and the verification of stored events share it.
 *
 * <p>Of a serializer of the application's own only values can be shown, and that a class holds nothing like a thread or a
 * stream. Thread-safe.
 */
public final class PayloadProof {

    private final PayloadSerializer serializer;
    private final @Nullable JacksonProof classes;

    /** Refuses what the proof of classes has not seen. */
    private final PayloadSerializer writer;

    /**
     * Creates a proof.
     *
     * @param serializer writes and reads the values
     */
    public PayloadProof(PayloadSerializer serializer) {
        this.serializer = serializer;
        if (serializer instanceof JacksonPayloadSerializer jackson) {
            this.classes = jackson.proof();
            this.writer = jackson.with(classes.guarded());
        } else {
            this.classes = null;
            this.writer = serializer;
        }
    }

    /**
     * Proves classes with all that they hold.
     *
     * @param types classes of events or of states
     * @throws UnprovenTypeException naming each class, component and remedy
     */
    public void prove(Collection<? extends Class<?>> types) {
        List<TypeFinding> findings = new ArrayList<>();
        for (Class<?> type : types) {
            findings.addAll(classes == null ? HandleProof.prove(type) : classes.prove(type));
        }
        if (!findings.isEmpty()) {
            throw new UnprovenTypeException(findings);
        }
    }

    /**
     * Writes a value of a proven class, after what is written has been read back and compared with it.
     *
     * @param value the value
     * @param type the class as which it is read: its own, or one that it extends and that says which it is
     * @return its JSON
     * @throws EventEncodingException when it cannot be written, holds what PostgreSQL cannot store, or comes back as another
     */
    public String write(Object value, Class<?> type) {
        String json = writeUncompared(value);
        readBack(value, json, type);
        return json;
    }

    /**
     * A copy of a value of a proven class, as the store would give it back.
     *
     * @param value the value
     * @return what is read from its JSON, equal to it
     * @throws EventEncodingException as {@link #write}
     */
    public Object copy(Object value) {
        return readBack(value, writeUncompared(value), value.getClass());
    }

    /**
     * Writes a value without reading it back: when values of the class have come back before.
     *
     * @param value the value
     * @return its JSON
     * @throws EventEncodingException when it cannot be written, or holds what PostgreSQL cannot store
     */
    public String writeUncompared(Object value) {
        String json;
        try {
            json = writer.serialize(value);
        } catch (RuntimeException failure) {
            throw new EventEncodingException(value.getClass(), component(failure), reason(failure), failure);
        } catch (StackOverflowError cycle) {
            throw new EventEncodingException(value.getClass(), "", "it is nested too deep, or holds itself", cycle);
        }
        StoredJson.Problem problem = StoredJson.problem(json);
        if (problem != null) {
            throw new EventEncodingException(
                    value.getClass(),
                    problem.component(),
                    "its JSON holds %s, at offset %d".formatted(problem.what(), problem.offset()),
                    null);
        }
        return json;
    }

    private Object readBack(Object value, String json, Class<?> type) {
        Object back;
        try {
            back = serializer.deserialize(ReadBack.asStored(json), type);
        } catch (RuntimeException failure) {
            throw new EventEncodingException(
                    value.getClass(),
                    component(failure),
                    "what is written cannot be read: " + reason(failure),
                    failure);
        }
        String difference = ReadBack.difference(value, back);
        if (difference != null) {
            throw new EventEncodingException(
                    value.getClass(),
                    difference,
                    "it does not come back from JSON as it was. See that all of it is in its JSON and is read, or take on the component by @Unproven",
                    null);
        }
        return back;
    }

    /** What the library says of it, or what may be said of anybody else's exception. */
    private static String reason(Throwable failure) {
        return CauseChain.of(failure).stream()
                .filter(EventSourceException.class::isInstance)
                .map(Throwable::getMessage)
                .findFirst()
                .orElseGet(() -> FailureText.of(failure));
    }

    /** Where it is, without the keys of maps, which are data. */
    private static String component(Throwable failure) {
        return failure instanceof JacksonException jackson
                ? jackson.getPath().stream()
                        .map(PayloadProof::place)
                        .collect(Collectors.joining("."))
                        .replace(".[", "[")
                : "";
    }

    private static String place(JacksonException.Reference reference) {
        if (reference.getPropertyName() == null) {
            return "[" + reference.getIndex() + "]";
        }
        return reference.from() instanceof Map ? "[…]" : reference.getPropertyName();
    }
}
