package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** The same work on a large store and on one of a hundredth of its size. */
record StoreSizeRow(String name) implements Row {

    private static final int EVENTS_PER_STREAM = 10;
    private static final int LARGER = 100;
    private static final Metric APPEND = new Metric("append p50", "µs");
    private static final Metric LOAD = new Metric("load p50", "µs");

    @Override
    public String description() {
        return "one caller loads random streams of ten events, then appends, in a large and in a small store";
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        int large = contenders.settings().events();
        int small = Math.max(EVENTS_PER_STREAM, large / LARGER);
        contenders.large().reset(large);
        contenders.eventsource().reset(small);
        return List.of(entrant(contenders.large(), large), entrant(contenders.eventsource(), small));
    }

    private static Entrant entrant(Contender contender, int events) {
        return new Entrant("%,d events".formatted(events), time -> measure(contender, events, time));
    }

    private static Map<Metric, Double> measure(Contender contender, int events, Duration time) throws Exception {
        List<OrderLineAdded> lines = List.of(OrderLineAdded.of(1));
        Duration half = time.dividedBy(2);
        Callers.Outcome loads = Callers.run(1, half, contender.database(), () -> () -> contender.load(random(events)));
        Callers.Outcome appends = Callers.run(1, half, contender.database(), () -> new StreamWriter(contender, lines));
        Map<Metric, Double> measured = new LinkedHashMap<>();
        measured.put(APPEND, appends.micros(0.5));
        measured.put(LOAD, loads.micros(0.5));
        return measured;
    }

    private static UUID random(int events) {
        return FilledStreams.id(1 + ThreadLocalRandom.current().nextInt(events / EVENTS_PER_STREAM));
    }
}
