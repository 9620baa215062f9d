package io.eventsource.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The rounds as a Markdown table. A ratio is taken within each round and the median of the rounds is told, so that a slow
 * minute of the machine cancels out.
 */
final class Report {

    static final String HEAD =
            """
            | row | contender | metric | median | min – max | unit | ratio to its rivals |
            |---|---|---|---:|---:|---|---|
            """;

    private Report() {}

    /** The lines of a row, which follow {@link #HEAD}. */
    static String lines(Rounds.Result result) {
        StringBuilder lines = new StringBuilder();
        for (Row.Metric metric : result.results().get(0).rounds().get(0).keySet()) {
            boolean first = true;
            for (Rounds.EntrantResult entrant : measuring(result, metric)) {
                double[] values = values(entrant, metric).sorted().toArray();
                lines.append("| %s | %s | %s | %s | %s – %s | %s | %s |%n"
                        .formatted(
                                result.row().name(),
                                entrant.name(),
                                metric.name(),
                                number(median(values)),
                                number(values[0]),
                                number(values[values.length - 1]),
                                metric.unit(),
                                first ? ratios(result, metric) : ""));
                first = false;
            }
        }
        return lines.toString();
    }

    private static String ratios(Rounds.Result result, Row.Metric metric) {
        Rounds.EntrantResult first = result.results().get(0);
        return measuring(result, metric).stream()
                .skip(1)
                .map(rival -> "%s %.2f".formatted(rival.name(), ratio(first, rival, metric)))
                .collect(Collectors.joining(", "));
    }

    /** Not everybody measures everything. */
    private static List<Rounds.EntrantResult> measuring(Rounds.Result result, Row.Metric metric) {
        return result.results().stream()
                .filter(entrant -> entrant.rounds().get(0).containsKey(metric))
                .toList();
    }

    private static double ratio(Rounds.EntrantResult first, Rounds.EntrantResult rival, Row.Metric metric) {
        double[] own = values(first, metric).toArray();
        double[] other = values(rival, metric).toArray();
        return median(IntStream.range(0, own.length)
                .mapToDouble(round -> own[round] / other[round])
                .sorted()
                .toArray());
    }

    private static DoubleStream values(Rounds.EntrantResult entrant, Row.Metric metric) {
        return entrant.rounds().stream()
                .mapToDouble((Map<Row.Metric, Double> round) -> Objects.requireNonNull(round.get(metric)));
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 1000 ? "%.1f" : "%,.0f", value);
    }
}
