package io.eventsource.payload;

import io.eventsource.payload.UnprovenTypeException.TypeFinding;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.json.JsonMapper;

/**
 * Shows by a mapper's own view of a class that its values come back from JSON as they were:
 *
 * <ol>
 *   <li>Of each class, the properties that the mapper writes and those that it reads are compared, and with them the fields: a
 *       field that is not written, or is not read, is lost.
 *   <li>A class needs a way to be made. An abstract one needs information about its classes, and each of these is looked at.
 *   <li>Of values (numbers, texts, times, enums) and of collections and maps of such, samples are written and read as the
 *       property does it, with its own format.
 *   <li>Classes for which the application gives both a serializer and a deserializer are taken as they are. The comparison of
 *       the first values shows whether they agree.
 * </ol>
 *
 * What is not shown by this is found, but for what is {@link Unproven}. Thread-safe.
 */
final class JacksonProof {

    private final JacksonContexts contexts;
    private final Set<Allowed> beans = ConcurrentHashMap.newKeySet();

    /**
     * Creates a proof.
     *
     * @param mapper writes and reads the values
     */
    public JacksonProof(JsonMapper mapper) {
        this.contexts = new JacksonContexts(mapper);
    }

    /**
     * Looks at a class and all that it holds.
     *
     * @param type the class of an event or a state
     * @return what is wrong; nothing when its values come back equal
     */
    public List<TypeFinding> prove(Class<?> type) {
        Findings findings = new Findings(type);
        Set<Allowed> seen = new HashSet<>();
        try {
            new TypeWalk(contexts, findings, seen).root(type);
        } catch (RuntimeException refused) {
            findings.add(
                    new Culprit(contexts).in(contexts.type(type)),
                    "Jackson refuses it: " + Findings.said(refused),
                    "Mend what it says, or declare another type, or take it on by @Unproven");
        }
        beans.addAll(seen);
        return findings.all();
    }

    /**
     * A mapper with the same settings that refuses to write what no proof has seen: values of a class that extends the declared
     * one, whose own fields would be lost, and nulls in the place of optionals.
     *
     * @return the mapper, which knows later proofs too
     */
    public JsonMapper guarded() {
        return SeenClasses.guard(contexts.mapper(), beans);
    }
}
