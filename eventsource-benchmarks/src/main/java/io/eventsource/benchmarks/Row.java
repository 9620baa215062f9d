package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A row of the report: one piece of work that contenders do in turns. */
public interface Row {

    /** Names the row on the command line. */
    String name();

    /** What is done, in a sentence. */
    String description();

    /** Who takes part, the one whose ratios are of interest first. Prepares what all rounds share. */
    List<Entrant> entrants(Contenders contenders) throws Exception;

    /**
     * One who takes part.
     *
     * @param name the name in the report
     * @param trial its share of a round
     */
    record Entrant(String name, Trial trial) {}

    /** A contender's share of a round. */
    interface Trial {

        /**
         * Does the work.
         *
         * @param time how long
         * @return what was measured, in the order of the report
         */
        Map<Metric, Double> run(Duration time) throws Exception;
    }

    /**
     * Something measured.
     *
     * @param name what
     * @param unit in what
     */
    record Metric(String name, String unit) {}
}
