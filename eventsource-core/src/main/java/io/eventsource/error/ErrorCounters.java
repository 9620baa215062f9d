package io.eventsource.error;

import io.eventsource.error.ErrorListeners.Statistics.Figures;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Counts errors and dead letters by subscription. Thread-safe. */
final class ErrorCounters {

    private final Map<String, Counters> bySubscription = new ConcurrentHashMap<>();

    private static final class Counters {

        private final Map<ErrorClassification.Category, LongAdder> byCategory =
                adders(ErrorClassification.Category.values());
        private final Map<ErrorClassification.Severity, LongAdder> bySeverity =
                adders(ErrorClassification.Severity.values());
        private final LongAdder deadLetters = new LongAdder();

        private static <K> Map<K, LongAdder> adders(K[] keys) {
            return Arrays.stream(keys)
                    .collect(Collectors.toUnmodifiableMap(Function.identity(), key -> new LongAdder()));
        }

        Figures figures() {
            Map<ErrorClassification.Category, Long> categories = sums(byCategory);
            long errors =
                    categories.values().stream().mapToLong(Long::longValue).sum();
            return new Figures(errors, deadLetters.sum(), categories, sums(bySeverity));
        }

        private static <K extends Comparable<K>> Map<K, Long> sums(Map<K, LongAdder> adders) {
            Map<K, Long> sums = new TreeMap<>();
            adders.forEach((key, adder) -> sums.put(key, adder.sum()));
            return sums;
        }
    }

    void count(ErrorInfo error) {
        Counters counters = of(error.subscription());
        adder(counters.byCategory, error.category()).increment();
        adder(counters.bySeverity, error.severity()).increment();
    }

    void parked(String subscription, int count) {
        of(subscription).deadLetters.add(count);
    }

    private Counters of(String subscription) {
        return bySubscription.computeIfAbsent(subscription, name -> new Counters());
    }

    private static <K> LongAdder adder(Map<K, LongAdder> adders, K key) {
        return Objects.requireNonNull(adders.get(key));
    }

    ErrorListeners.Statistics statistics() {
        Map<String, Figures> figures = new TreeMap<>();
        bySubscription.forEach((name, counters) -> figures.put(name, counters.figures()));
        return ErrorListeners.Statistics.of(figures);
    }
}
