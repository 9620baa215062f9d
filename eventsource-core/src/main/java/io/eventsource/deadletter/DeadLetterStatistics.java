package io.eventsource.deadletter;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the dead-letter queue holds that is still to be handled.
 *
 * @param totalFailed entries that failed
 * @param totalWaiting entries that wait behind one of their aggregate
 * @param totalRetrying entries that are to be handled again
 * @param oldestFailure when the first of the failed ones and of those to be handled again failed first; null when there is none
 * @param byProjection the same for each projection that has any, by its name
 */
public record DeadLetterStatistics(
        long totalFailed,
        long totalWaiting,
        long totalRetrying,
        @Nullable Instant oldestFailure,
        Map<String, Counts> byProjection) {

    /** Copies the map. */
    public DeadLetterStatistics {
        byProjection = Map.copyOf(byProjection);
    }

    /**
     * What one projection has.
     *
     * @param failed entries that failed
     * @param waiting entries that wait behind one of their aggregate
     * @param retrying entries that are to be handled again
     * @param oldestFailure as for all
     */
    public record Counts(long failed, long waiting, long retrying, @Nullable Instant oldestFailure) {}

    static DeadLetterStatistics of(Map<String, Counts> byProjection) {
        Map<String, Counts> counts = new TreeMap<>(byProjection);
        return new DeadLetterStatistics(
                counts.values().stream().mapToLong(Counts::failed).sum(),
                counts.values().stream().mapToLong(Counts::waiting).sum(),
                counts.values().stream().mapToLong(Counts::retrying).sum(),
                counts.values().stream()
                        .flatMap(each -> Stream.ofNullable(each.oldestFailure()))
                        .min(Instant::compareTo)
                        .orElse(null),
                counts);
    }

    /**
     * How many projections have entries that failed or are to be handled again.
     *
     * @return the number of projections
     */
    public int affectedProjections() {
        return byProjection.size();
    }

    /**
     * How many entries are still to be handled.
     *
     * @return failed, waiting and retrying ones
     */
    public long depth() {
        return totalFailed + totalWaiting + totalRetrying;
    }
}
