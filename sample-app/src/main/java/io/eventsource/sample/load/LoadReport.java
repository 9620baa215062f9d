package io.eventsource.sample.load;

import io.eventsource.sample.load.LoadMeter.Reading;
import java.time.Duration;
import java.util.Locale;

/**
 * What came of it.
 *
 * @param elapsed how long it took
 * @param orders orders played to their end
 * @param requests requests answered
 * @param retries requests sent again because there was no answer
 * @param repeats requests that had taken effect although their answer was lost
 * @param errors requests refused, or given up
 * @param p50Millis median latency
 * @param p99Millis 99th percentile of the latency
 */
public record LoadReport(
        Duration elapsed,
        long orders,
        long requests,
        long retries,
        long repeats,
        long errors,
        double p50Millis,
        double p99Millis) {

    static LoadReport of(Duration elapsed, Reading total) {
        return new LoadReport(
                elapsed,
                total.orders(),
                total.requests(),
                total.retries(),
                total.repeats(),
                total.errors(),
                total.p50Millis(),
                total.p99Millis());
    }

    String summary() {
        double seconds = Math.max(0.001, elapsed.toNanos() / 1e9);
        return String.format(
                Locale.ROOT,
                """
                %,d orders and %,d requests in %.1f s: %,.0f orders/s, %,.0f requests/s
                latency p50 %.1f ms, p99 %.1f ms
                %,d errors, %,d retries, %,d requests had taken effect although their answer was lost""",
                orders,
                requests,
                seconds,
                orders / seconds,
                requests / seconds,
                p50Millis,
                p99Millis,
                errors,
                retries,
                repeats);
    }
}
