package io.eventsource.error;

import java.util.Map;
import java.util.TreeMap;

/**
 * How many errors there were, in this JVM since its start.
 *
 * @param total of all subscriptions
 * @param bySubscription of each subscription that had any, by name
 */
public record ErrorStatistics(Figures total, Map<String, Figures> bySubscription) {

    /** Copies the map. */
    public ErrorStatistics {
        bySubscription = Map.copyOf(bySubscription);
    }

    /**
     * Some counts.
     *
     * @param errors failed attempts: each time that an event, a batch or reading failed
     * @param deadLetters events that were put into the dead-letter queue, also those that wait behind another one
     * @param byCategory errors of each kind
     * @param bySeverity errors of each severity
     */
    public record Figures(
            long errors, long deadLetters, Map<ErrorCategory, Long> byCategory, Map<ErrorSeverity, Long> bySeverity) {

        /** Copies the maps. */
        public Figures {
            byCategory = Map.copyOf(byCategory);
            bySeverity = Map.copyOf(bySeverity);
        }

        private Figures plus(Figures other) {
            return new Figures(
                    errors + other.errors,
                    deadLetters + other.deadLetters,
                    sum(byCategory, other.byCategory),
                    sum(bySeverity, other.bySeverity));
        }

        private static <K> Map<K, Long> sum(Map<K, Long> one, Map<K, Long> other) {
            Map<K, Long> sum = new TreeMap<>(one);
            other.forEach((key, value) -> sum.merge(key, value, Long::sum));
            return sum;
        }
    }

    static ErrorStatistics of(Map<String, Figures> bySubscription) {
        Figures total = bySubscription.values().stream().reduce(new Figures(0, 0, Map.of(), Map.of()), Figures::plus);
        return new ErrorStatistics(total, bySubscription);
    }
}
