package io.eventsource.subscription;

import io.eventsource.failure.CauseChain;
import io.eventsource.time.Clocks.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the memory of this JVM had to do with failures of its subscriptions. The log tells of the first of a row, and again when an hour has
 * passed since. Thread-safe.
 */
final class MemoryWatch {

    private static final Logger log = LoggerFactory.getLogger(MemoryWatch.class);
    private static final Duration TOLD_AGAIN_AFTER = Duration.ofHours(1);

    private final long maxPageBytes;
    private final Ticker ticker;
    private final AtomicLong shortages = new AtomicLong();
    private volatile @Nullable Long lastAt;
    private @Nullable Long toldAt;

    MemoryWatch(long maxPageBytes, Ticker ticker) {
        this.maxPageBytes = maxPageBytes;
        this.ticker = ticker;
    }

    /** How many bytes a page has at most. */
    long maxPageBytes() {
        return maxPageBytes;
    }

    /**
     * Notes a failure if the memory was the reason.
     *
     * @param reader whose page was to be read
     * @return whether it was
     */
    boolean shortage(String reader, Throwable failure) {
        if (CauseChain.first(failure, OutOfMemoryError.class) == null) {
            return false;
        }
        shortages.incrementAndGet();
        lastAt = ticker.nanos();
        tell(reader, failure);
        return true;
    }

    private synchronized void tell(String reader, Throwable failure) {
        Long last = toldAt;
        if (last == null || ticker.since(last).compareTo(TOLD_AGAIN_AFTER) >= 0) {
            toldAt = ticker.nanos();
            log.warn(
                    "The heap does not suffice for the page that {} reads ({} bytes at most). It goes on with smaller ones. Give this process more heap, or lower eventsource.subscriptions.max-page-bytes.",
                    reader,
                    maxPageBytes,
                    failure);
        }
    }

    /** How often the memory did not suffice. */
    long shortages() {
        return shortages.get();
    }

    /** How long ago that was last; empty when it never was. */
    Optional<Duration> sinceLast() {
        return Optional.ofNullable(lastAt).map(ticker::since);
    }
}
