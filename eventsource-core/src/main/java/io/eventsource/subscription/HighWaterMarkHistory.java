package io.eventsource.subscription;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Since when the mark has been where, so that it can be told how long something behind it has waited. Keeps a bounded number of
 * moments of a {@link io.eventsource.time.Clocks.Ticker}, the closer together the more recent they are; what lies behind the first of them has waited at least since then.
 * Thread-safe.
 */
final class HighWaterMarkHistory {

    private static final int CAPACITY = 256;
    private static final long CLOSEST_NANOS = Duration.ofSeconds(1).toNanos();

    private final List<Passed> moments = new ArrayList<>();

    private record Passed(long mark, long since) {}

    /** The mark was found somewhere. */
    synchronized void found(long mark, long at) {
        Passed last = moments.isEmpty() ? null : moments.get(moments.size() - 1);
        if (last != null && mark < last.mark()) {
            // the log is another one
            moments.clear();
            last = null;
        }
        if (last != null && mark == last.mark()) {
            return;
        }
        if (last != null && at - last.since() < CLOSEST_NANOS) {
            moments.set(moments.size() - 1, new Passed(mark, last.since()));
            return;
        }
        if (moments.size() == CAPACITY) {
            thinOut();
        }
        moments.add(new Passed(mark, at));
    }

    /** Of each two moments the earlier time and the later place: nothing seems to have waited for less than it has. */
    private void thinOut() {
        for (int i = 0; i < CAPACITY / 2; i++) {
            moments.set(
                    i,
                    new Passed(moments.get(2 * i + 1).mark(), moments.get(2 * i).since()));
        }
        moments.subList(CAPACITY / 2, CAPACITY).clear();
    }

    /** Since when the mark has been beyond a position; null while it is not. */
    synchronized @Nullable Long beyond(long position) {
        for (Passed each : moments) {
            if (each.mark() > position) {
                return each.since();
            }
        }
        return null;
    }
}
