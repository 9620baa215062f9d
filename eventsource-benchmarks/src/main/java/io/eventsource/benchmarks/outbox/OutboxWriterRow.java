package io.eventsource.benchmarks.outbox;

import io.eventsource.benchmarks.Callers;
import io.eventsource.benchmarks.Contenders;
import io.eventsource.benchmarks.Row;
import io.eventsource.benchmarks.Tally;
import io.eventsource.benchmarks.outbox.OutboxContender.Application;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What outboxes cost those who write: each with and without, in the same JVM as the relay.
 *
 * @param name the row's name
 * @param callers how many write at once
 */
record OutboxWriterRow(String name, int callers) implements Row {

    private static final int PER_STREAM = 10;
    private static final int RUN_UP = 10;
    private static final Metric THROUGHPUT = new Metric("write throughput", "events/s");

    @Override
    public String description() {
        return "%d callers write one event each, with an outbox and without".formatted(callers);
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        return Outboxes.of(contenders).outboxes().stream()
                .flatMap(outbox -> Stream.of(
                        new Entrant(outbox.name(), time -> measure(outbox, true, time)),
                        new Entrant(outbox.name() + ", no outbox", time -> measure(outbox, false, time))))
                .toList();
    }

    private Map<Metric, Double> measure(OutboxContender outbox, boolean publishing, Duration time) throws Exception {
        outbox.reset();
        Tally published = new Tally();
        Map<Metric, Double> measured = new LinkedHashMap<>();
        try (Application application = outbox.start(publishing ? stream -> published.add(1) : null)) {
            Callers.Outcome runUp = write(outbox, application, time.dividedBy(RUN_UP));
            Callers.Outcome outcome = write(outbox, application, time);
            measured.put(THROUGHPUT, outcome.perSecond());
            measured.putAll(outcome.cost(1));
            if (publishing) {
                published.await(runUp.calls() + outcome.calls());
            }
        }
        return measured;
    }

    private Callers.Outcome write(OutboxContender outbox, Application application, Duration time) throws Exception {
        return Callers.run(callers, time, outbox.database(), () -> new Writer(application));
    }

    /** Begins a new stream after ten events. */
    private static final class Writer implements Callers.Call {

        private final Application application;
        private String stream = "";
        private int number = PER_STREAM;

        Writer(Application application) {
            this.application = application;
        }

        @Override
        public void run() {
            if (number == PER_STREAM) {
                stream = UUID.randomUUID().toString();
                number = 0;
            }
            application.write(stream, ++number);
        }
    }
}
