package io.eventsource.deadletter;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of handling dead letters again.
 *
 * @param resolved how many were handled and are closed
 * @param failed how many failed again
 * @param skipped how many were left as they are: behind one that failed, in the hands of another replay, or closed meanwhile
 * @param unknownProjections how many open entries the request was for of projections that this process does not have, by name; they are left
 * @param stoppedBy what ended it early although no entry was at fault, such as a database that is away; null when nothing did
 * @param limitReached whether the limit has ended it, so that there may be more
 */
public record ReplayResult(
        int resolved,
        int failed,
        int skipped,
        Map<String, Long> unknownProjections,
        @Nullable Throwable stoppedBy,
        boolean limitReached) {

    /** Copies the map. */
    public ReplayResult {
        unknownProjections = Map.copyOf(unknownProjections);
    }
}
