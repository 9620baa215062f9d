package io.eventsource.error;

import io.eventsource.failure.FailureReports.FailureSignature;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Tells a fault that every event meets from events that are at fault themselves, where the error does not say it:
 *
 * <ol>
 *   <li>For each cause ({@link FailureSignature}) it remembers for which aggregates an event was parked, and the types of these events.
 *   <li>An event of one of these types that is handled shows that there is no such fault: what was remembered of the cause is forgotten.
 *   <li>Once there are as many aggregates as the threshold says, no event of a further aggregate is parked for this cause.
 * </ol>
 *
 * <p>What it remembers is bounded by the threshold and by the number of causes. Thread-safe: the segments of a subscription share it, as the readers
 * of an inbox's consumer do. Forgotten when the process ends, so that each process may park as many.
 */
public final class SameCause {

    /**
     * What an application has that sets nothing. A handler that fails for the tenth part of all aggregates meets so many in a row once in ten
     * thousand million events; a fault that every event meets leaves so many entries to replay.
     */
    public static final int USUAL_THRESHOLD = 10;

    /** More causes at a time than this are no single fault; the oldest is forgotten. */
    private static final int MAX_CAUSES = 16;

    private final int threshold;
    private final Map<FailureSignature, Run> runs = new LinkedHashMap<>();
    private volatile boolean empty = true;

    /** For whom events were parked in a row. */
    private record Run(Set<Object> aggregates, Set<String> types) {}

    /**
     * Remembers nothing yet.
     *
     * @param threshold for how many aggregates in a row events may be parked for the same cause, 0 for any number
     */
    public SameCause(int threshold) {
        this.threshold = threshold;
    }

    /**
     * Asks whether an event that has failed for good may be parked, and remembers it if so.
     *
     * @param error what it has failed with
     * @param aggregate what its order is kept by: an aggregate's id, a message's key
     * @param type its type
     * @return false when the same cause was met by too many others in a row
     */
    public synchronized boolean allowsParking(Throwable error, Object aggregate, String type) {
        if (threshold == 0) {
            return true;
        }
        Run run = runs.computeIfAbsent(FailureSignature.of(error), cause -> new Run(new HashSet<>(), new HashSet<>()));
        if (run.aggregates().size() >= threshold && !run.aggregates().contains(aggregate)) {
            return false;
        }
        run.aggregates().add(aggregate);
        run.types().add(type);
        if (runs.size() > MAX_CAUSES) {
            runs.remove(runs.keySet().iterator().next());
        }
        empty = false;
        return true;
    }

    /**
     * Events were handled, which ends the runs that events of their types belong to.
     *
     * @param types the types of events that a handler has taken; not of those that were put behind others in the queue. Asked for only when
     *     something is remembered
     */
    public void handled(Supplier<? extends Collection<String>> types) {
        if (!empty) {
            forget(types.get());
        }
    }

    private synchronized void forget(Collection<String> types) {
        runs.values().removeIf(run -> types.stream().anyMatch(run.types()::contains));
        empty = runs.isEmpty();
    }

    /** Begins anew: as many may be parked once more. */
    public synchronized void forget() {
        runs.clear();
        empty = true;
    }
}
