package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;

/** Callers compete for one stream: each looks up its version, appends on that condition, and begins anew on a conflict. */
record HotStreamRow(String name, int callers) implements Row {

    private static final Metric SUCCESSES = new Metric("successes", "appends/s");
    private static final Metric RETRIES = new Metric("retries", "per success");

    @Override
    public String description() {
        return callers + " callers append to one stream with exact versions and retry, beside one caller alone";
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        List<Entrant> entrants = new ArrayList<>();
        for (Contender contender : List.of(contenders.eventsource(), contenders.axon(), contenders.plain())) {
            entrants.add(
                    new Entrant(contender.name(), time -> measure(contender, contenders.settings(), callers, time)));
        }
        entrants.add(new Entrant(
                "eventsource, one caller", time -> measure(contenders.eventsource(), contenders.settings(), 1, time)));
        return entrants;
    }

    private static Map<Metric, Double> measure(
            Contender contender, BenchmarkSettings settings, int callers, Duration time) throws Exception {
        contender.reset(settings.fill());
        UUID stream = UUID.randomUUID();
        List<OrderLineAdded> events = List.of(OrderLineAdded.of(1));
        // the race is for later versions: Axon reports a lost one for the first as something other than a conflict
        contender.append(stream, 0, events);
        LongAdder retries = new LongAdder();
        Callers.Outcome outcome = Callers.run(callers, time, contender.database(), () -> () -> {
            while (!contender.append(stream, contender.version(stream), events)) {
                retries.increment();
            }
        });
        Map<Metric, Double> measured = new LinkedHashMap<>();
        measured.put(SUCCESSES, outcome.perSecond());
        measured.put(RETRIES, retries.sum() / (double) outcome.calls());
        measured.putAll(outcome.cost(1));
        return measured;
    }
}
