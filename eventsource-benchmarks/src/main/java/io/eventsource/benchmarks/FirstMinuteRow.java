package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Callers append to a store that has just been made, of which the server has no statistics yet, beside one that has been filled and analyzed.
 *
 * @param name the row's name
 * @param callers how many at once
 */
record FirstMinuteRow(String name, int callers) implements Row {

    /** Of a round's time: long enough for the store to grow, too short for the server to look at it by itself. */
    private static final int TIMES = 10;

    private static final Duration MOST = Duration.ofSeconds(45);
    private static final List<OrderLineAdded> LINES = List.of(OrderLineAdded.of(1));

    @Override
    public String description() {
        return "%d callers append to a store that has just been made, or to one that has been analyzed"
                .formatted(callers);
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        int fill = contenders.settings().fill();
        EventsourceContender eventsource = contenders.eventsource();
        AxonContender axon = contenders.axon();
        return List.of(
                entrant(eventsource, "just made", eventsource::renew),
                entrant(eventsource, "analyzed", () -> eventsource.reset(fill)),
                entrant(axon, "just made", axon::renew),
                entrant(axon, "analyzed", () -> axon.reset(fill)));
    }

    private Entrant entrant(Contender contender, String state, Runnable prepare) {
        return new Entrant(contender.name() + ", " + state, time -> {
            prepare.run();
            return measure(contender, time);
        });
    }

    private Map<Metric, Double> measure(Contender contender, Duration time) throws Exception {
        Duration longer = time.multipliedBy(TIMES);
        return Callers.run(
                        callers,
                        longer.compareTo(MOST) < 0 ? longer : MOST,
                        contender.database(),
                        () -> new StreamWriter(contender, LINES))
                .measured(1);
    }
}
