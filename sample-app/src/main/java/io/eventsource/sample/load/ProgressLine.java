package io.eventsource.sample.load;

import io.eventsource.sample.load.LoadMeter.Reading;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Says how far the load generator is, in columns that line up. */
final class ProgressLine {

    private ProgressLine() {}

    static String of(Duration elapsed, Reading reading, @Nullable Duration remaining) {
        return String.format(
                Locale.ROOT,
                "%6s  %,9d orders  %,7d/s  p50 %8.1f ms  p99 %8.1f ms  errors %4d  retries %6d  ETA %6s",
                time(elapsed),
                reading.orders(),
                reading.recentOrders(),
                reading.p50Millis(),
                reading.p99Millis(),
                reading.errors(),
                reading.retries(),
                remaining == null ? "-" : time(remaining));
    }

    static String time(Duration duration) {
        return "%d:%02d".formatted(duration.toMinutes(), duration.toSecondsPart());
    }
}
