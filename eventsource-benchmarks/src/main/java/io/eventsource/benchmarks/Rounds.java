package io.eventsource.benchmarks;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Runs rows in rounds: in each round every entrant once, in an order that rotates from round to round, so that what else
 * the machine does hits all of them alike. First come rounds of warm-up, which do not count.
 */
final class Rounds {

    /** A row that takes longer ends with fewer rounds. */
    private static final Duration MOST_OF_A_ROW = Duration.ofMinutes(5);

    private final int warmUps;
    private final int rounds;
    private final Duration time;
    private final String contender;
    private final PrintStream progress;
    private final long start = System.nanoTime();

    /**
     * Sets how long to measure.
     *
     * @param warmUps rounds before those that count
     * @param rounds rounds that count
     * @param time of each entrant in a round
     * @param contender the name of the only one to run, or nothing for all
     * @param progress told after each round
     */
    Rounds(int warmUps, int rounds, Duration time, String contender, PrintStream progress) {
        this.warmUps = warmUps;
        this.rounds = rounds;
        this.time = time;
        this.contender = contender;
        this.progress = progress;
    }

    /**
     * The rounds of a row.
     *
     * @param row the row
     * @param results for each entrant, in the row's order, what it measured in each round
     * @param asked how many rounds were asked for; a row that took too long has fewer
     */
    record Result(Row row, List<EntrantResult> results, int asked) {

        /** How many rounds there were. */
        int rounds() {
            return results.get(0).rounds().size();
        }
    }

    /**
     * The rounds of an entrant.
     *
     * @param name the entrant
     * @param rounds what it measured in each
     */
    record EntrantResult(String name, List<Map<Row.Metric, Double>> rounds) {}

    /**
     * Runs rows, one after the other.
     *
     * @param results told of each row when it is done
     */
    void run(List<Row> rows, Contenders contenders, Consumer<Result> results) throws Exception {
        for (int i = 0; i < rows.size(); i++) {
            results.accept(run(rows.get(i), contenders, i, rows.size()));
        }
    }

    private Result run(Row row, Contenders contenders, int index, int rows) throws Exception {
        progress.println("%s: %s".formatted(row.name(), row.description()));
        List<Row.Entrant> entrants = row.entrants(contenders).stream()
                .filter(entrant -> contender.isEmpty() || contender.equals(entrant.name()))
                .toList();
        if (entrants.isEmpty()) {
            throw new IllegalArgumentException("No '%s' takes part in the row %s".formatted(contender, row.name()));
        }
        List<EntrantResult> results = entrants.stream()
                .map(entrant -> new EntrantResult(entrant.name(), new ArrayList<>()))
                .toList();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < entrants.size(); i++) {
            order.add(i);
        }
        int all = warmUps + rounds;
        long began = System.nanoTime();
        for (int round = 0; round < all && (round <= warmUps || another(began, round)); round++) {
            for (int entrant : order) {
                Map<Row.Metric, Double> measured = entrants.get(entrant).trial().run(time);
                if (round >= warmUps) {
                    results.get(entrant).rounds().add(measured);
                }
            }
            Collections.rotate(order, 1);
            report(row, round, index + (round + 1.0) / all, rows);
        }
        return new Result(row, results, rounds);
    }

    /** Whether another round like those so far fits into the time of a row. */
    private static boolean another(long began, int done) {
        return (System.nanoTime() - began) / done * (done + 1) <= MOST_OF_A_ROW.toNanos();
    }

    private void report(Row row, int round, double rowsDone, int rows) {
        double seconds = (System.nanoTime() - start) / 1e9;
        progress.println("  %s round %s, %.0f s passed, about %.0f s to go"
                .formatted(
                        row.name(),
                        round < warmUps
                                ? "%d of %d to warm up".formatted(round + 1, warmUps)
                                : "%d of %d".formatted(round - warmUps + 1, rounds),
                        seconds,
                        seconds / rowsDone * (rows - rowsDone)));
    }
}
