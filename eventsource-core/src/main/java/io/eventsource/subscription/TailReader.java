package io.eventsource.subscription;

import io.eventsource.failure.FailureText;
import io.eventsource.log.HighWaterMark;
import io.eventsource.log.LogReader;
import io.eventsource.log.LogReader.LogOutline;
import io.eventsource.signal.LogSignal;
import io.eventsource.time.Clocks;
import io.eventsource.time.Clocks.Moment;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.util.backoff.BackOff;
import org.springframework.util.backoff.BackOffExecution;

/**
 * Follows the high-water mark for all subscriptions of this JVM, so that idle ones cost no statement. It looks when the
 * signal is raised, when the poll interval has passed, and in quick succession while the mark waits at a gap. It
 * survives every failure of the database, with growing pauses.
 */
final class TailReader {

    private static final Duration FIRST_LOOK_AT_GAP = Duration.ofMillis(2);
    private static final Duration SLOWEST_LOOK_AT_GAP = Duration.ofMillis(100);
    private static final Duration LASTING_GAP = Duration.ofSeconds(1);
    private static final Logger log = LoggerFactory.getLogger(TailReader.class);

    /** Events that one statement brings into memory. */
    private static final int PAGE = 1_000;

    /** Looks are at least so far apart, so that events that come one by one share them. */
    private static final long LINGER_NANOS = 1_000_000;

    /** The same after a look that has found many: whoever appends then needs the processors more than another look does. */
    private static final long BUSY_LINGER_NANOS = 3_000_000;

    private static final int MANY = 8;

    private final HighWaterMark highWaterMark;
    private final LogReader reader;
    private final SubscriptionSettings.Filter wanted;
    private final LogSignal signal;
    private final PollPauses pollPauses;
    private final BackOff backOff;
    private final Clocks clocks;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private Place place = new Place(0, 0, false, null);
    private boolean failing;
    private long suspicions;

    private final HighWaterMarkHistory history = new HighWaterMarkHistory();
    private volatile @Nullable Moment completed;

    /** What lags count up to: what is committed waits, also behind a gap that nobody may pass. */
    private volatile long visibleEnd;

    private final TailBuffer buffer;
    private final MemoryWatch memory;
    private final PageBudget budget;
    private final AtomicInteger followers = new AtomicInteger();

    // only the thread of the tail reader uses these
    private long bufferedGeneration;
    private @Nullable Long reportedGap;
    private boolean publishFailed;
    private boolean namingFailed;

    /**
     * Where the log is.
     *
     * @param highWaterMark the high-water mark
     * @param generation rises when what was remembered of the log must be read anew
     * @param known whether the log has been looked at
     * @param incarnation changes whenever the server may have lost commits; null when it cannot be told
     */
    record Place(long highWaterMark, long generation, boolean known, @Nullable UUID incarnation) {

        Place unknown(long newGeneration) {
            return new Place(highWaterMark, newGeneration, false, incarnation);
        }

        /** The same up to a position before the mark. */
        Place upTo(long end) {
            return new Place(end, generation, known, incarnation);
        }
    }

    /**
     * Creates a reader that has not looked yet.
     *
     * @param wanted what any of the subscriptions wants
     * @param settings how often to look, and how many bytes of events are brought into memory at once, and kept there
     */
    TailReader(
            HighWaterMark highWaterMark,
            LogReader reader,
            SubscriptionSettings.Filter wanted,
            LogSignal signal,
            InstanceSettings settings,
            BackOff backOff,
            Clocks clocks) {
        this.clocks = clocks;
        long maxPageBytes = settings.maxPageBytes();
        this.memory = new MemoryWatch(maxPageBytes, clocks.ticker());
        this.budget = new PageBudget(maxPageBytes);
        this.buffer = new TailBuffer(maxPageBytes);
        this.highWaterMark = highWaterMark;
        this.reader = reader;
        this.wanted = wanted;
        this.signal = signal;
        this.pollPauses = new PollPauses(settings.pollInterval());
        this.backOff = backOff;
    }

    LogReader reader() {
        return reader;
    }

    void run(StopSignal stop) throws InterruptedException {
        BackOffExecution pauses = backOff.start();
        Duration gapPause = FIRST_LOOK_AT_GAP;
        while (!stop.raised()) {
            Duration pause;
            long linger = LINGER_NANOS;
            long lookedAt = System.nanoTime();
            try {
                long markBefore = highWaterMark.status().position();
                long suspicionsBefore = suspicions();
                HighWaterMark.Status status = look();
                long mark = status.position();
                linger = mark - markBefore > MANY ? BUSY_LINGER_NANOS : LINGER_NANOS;
                fillBuffer(mark, status.generation());
                Moment now = clocks.mark();
                // before others see it: a lag always has a beginning
                history.found(status.visibleEnd(), now.nanos());
                visibleEnd = status.visibleEnd();
                publish(new Place(mark, status.generation(), true, status.incarnation()), suspicionsBefore);
                completed = now;
                reportGap(status);
                publishHighWaterMark();
                pauses = backOff.start();
                gapPause = status.gapSince() == null ? FIRST_LOOK_AT_GAP : slower(gapPause);
                pause = status.gapSince() == null ? pollPauses.after(mark, signal.hearingOthers()) : gapPause;
            } catch (RuntimeException | Error failure) {
                pause = Duration.ofMillis(pauses.nextBackOff());
                report(failure, pause, highWaterMark.status().generation());
            }
            signal.await(pause);
            boolean unused = stop.awaitNanos(linger - (System.nanoTime() - lookedAt));
        }
    }

    private HighWaterMark.Status look() {
        highWaterMark.advance();
        if (highWaterMark.status().incarnation() == null && nameIncarnation()) {
            highWaterMark.advance();
        }
        return highWaterMark.status();
    }

    /** Without a name, a server that has lost commits is noticed only while the log is shorter than it was. */
    private boolean nameIncarnation() {
        if (namingFailed) {
            return false;
        }
        try {
            highWaterMark.nameIncarnation();
            return true;
        } catch (DataAccessException failure) {
            namingFailed = true;
            log.warn(
                    "Cannot write to log_incarnation; after a crash of a server with asynchronous commit, or a failover to a"
                            + " lagging standby, events that are lost may still be handled. See docs/roles.sql",
                    FailureText.trace(failure));
            return false;
        }
    }

    /** The most recent events, as long as somebody follows. */
    TailBuffer buffer() {
        return buffer;
    }

    /** Somebody keeps up with the log from now on, or does not any more. */
    void follow(int change) {
        followers.addAndGet(change);
    }

    /** How many keep up with the log. */
    int followers() {
        return followers.get();
    }

    private void fillBuffer(long mark, long generation) {
        long distance = mark - buffer.upTo();
        if (followers.get() == 0
                || generation != bufferedGeneration
                || distance < 0
                || distance > TailBuffer.MAX_EVENTS) {
            buffer.restart(mark);
            bufferedGeneration = generation;
        }
        try {
            while (buffer.upTo() < mark) {
                // the fewer there can be, the larger each of them may be
                int limit = (int) Math.min(PAGE, mark - buffer.upTo());
                LogOutline page = reader.outline(wanted.query(buffer.upTo(), limit), mark, budget.bytes());
                buffer.append(page.events(), page.nextPosition());
                budget.read(limit, limit, false);
            }
        } catch (RuntimeException | Error failure) {
            if (!memory.shortage("the reader of the tail", failure)) {
                throw failure;
            }
            // the mark is known: subscriptions read for themselves what is not here, each only what it wants
            boolean unused = budget.shrink();
            buffer.restart(mark);
        }
    }

    /** What the memory had to do with failures of those who read the log. */
    MemoryWatch memory() {
        return memory;
    }

    /** Names who holds the mark, once for each gap that lasts. */
    private void reportGap(HighWaterMark.Status status) {
        Duration age = highWaterMark.gapAge().orElse(null);
        if (age == null) {
            if (reportedGap != null) {
                log.info("The gap behind position {} of the log is gone", reportedGap);
                reportedGap = null;
            }
        } else if (reportedGap == null && age.compareTo(LASTING_GAP) > 0) {
            reportedGap = status.position();
            log.warn(
                    "The log waits at a gap behind position {} since {}, for {} ms. Subscriptions go on when these transactions end: {}",
                    status.position(),
                    status.gapSince(),
                    age.toMillis(),
                    highWaterMark.writers());
        }
    }

    /** Not being able to publish slows down the next start at worst. */
    private void publishHighWaterMark() {
        try {
            highWaterMark.publish();
        } catch (DataAccessException failure) {
            if (!publishFailed) {
                log.warn(
                        "Cannot publish the high-water mark; a reader that starts will look for it itself",
                        FailureText.trace(failure));
            }
            publishFailed = true;
        }
    }

    private static Duration slower(Duration pause) {
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(SLOWEST_LOOK_AT_GAP) > 0 ? SLOWEST_LOOK_AT_GAP : doubled;
    }

    /** Until the next look nobody may go by the mark that was: the log may be another one. */
    private void report(Throwable failure, Duration pause, long generation) {
        // the server that could not be written to may be another one when it is back
        namingFailed = false;
        lock.lock();
        try {
            place = place.unknown(generation);
            moved.signalAll();
            if (!failing) {
                log.warn(
                        "Cannot read the high-water mark, trying again in {} ms",
                        pause.toMillis(),
                        FailureText.trace(failure));
            }
            failing = true;
        } finally {
            lock.unlock();
        }
    }

    private void publish(Place looked, long suspicionsBefore) {
        lock.lock();
        try {
            if (failing) {
                log.info("Reading the high-water mark again, it is at {}", looked.highWaterMark());
            }
            failing = false;
            // a look that began before the suspicion does not answer it
            Place newPlace = suspicions == suspicionsBefore ? looked : looked.unknown(looked.generation());
            if (!newPlace.equals(place)) {
                place = newPlace;
                moved.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private long suspicions() {
        lock.lock();
        try {
            return suspicions;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Somebody has reason to doubt that the database still is what the last look saw, such as a lost connection. Until a look
     * that begins after this, nobody goes by what is remembered of the log.
     */
    void suspect() {
        lock.lock();
        try {
            suspicions++;
            place = place.unknown(place.generation());
            moved.signalAll();
        } finally {
            lock.unlock();
        }
        signal.wake();
    }

    /** Where the log was at the last look. */
    Place place() {
        lock.lock();
        try {
            return place;
        } finally {
            lock.unlock();
        }
    }

    /** When a look at the log was last completed, or null when none has been. */
    @Nullable Moment lookedAt() {
        return completed;
    }

    /** The highest position that was visible at the last look, before or behind the mark. */
    long visibleEnd() {
        return visibleEnd;
    }

    /** How long something visible has been beyond a position; zero while nothing is. */
    Duration waiting(long position) {
        Long since = position < visibleEnd ? history.beyond(position) : null;
        return since == null ? Duration.ZERO : clocks.ticker().since(since);
    }

    /** Whether the last look failed. */
    boolean failing() {
        lock.lock();
        try {
            return failing;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the mark lies beyond a position, the generation is another, the time is up, or the wait has been ended.
     *
     * @param seen the place that the caller went by
     */
    void awaitBeyond(long position, Place seen, long nanos, BooleanSupplier ended) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while ((place.highWaterMark() <= position || !place.known())
                    && place.generation() == seen.generation()
                    && place.known() == seen.known()
                    && left > 0
                    && !ended.getAsBoolean()) {
                left = moved.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Makes every wait look whether it has been ended. */
    void wakeAll() {
        signal.wake();
        lock.lock();
        try {
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
