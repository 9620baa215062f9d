package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One subscription that has seen everything, and somebody who appends now and then.
 *
 * @param subscriber whose subscription
 * @param fill how many events are in the log before
 */
record LatencyTrial(Subscriber subscriber, int fill) {

    /** Appends from this JVM, from where the subscription is. */
    Map<Row.Metric, Double> appendingHere(Duration time) throws Exception {
        Latencies latencies = begin();
        subscriber.during(List.of(latencies), log -> {
            latencies.awaitCaughtUp();
            Appender.run(time, log::append, latencies::committed);
            latencies.awaitHandled();
            return log;
        });
        return latencies.measured(0);
    }

    /** Appends from another JVM. */
    Map<Row.Metric, Double> appendingElsewhere(Duration time) throws Exception {
        Latencies latencies = begin();
        subscriber.during(List.of(latencies), log -> {
            latencies.awaitCaughtUp();
            OtherJvm.append(subscriber, time, latencies::committed);
            latencies.awaitHandled();
            return log;
        });
        return latencies.measured(AppendCommand.RUN_UP);
    }

    private Latencies begin() {
        subscriber.reset(fill);
        return new Latencies(fill);
    }
}
