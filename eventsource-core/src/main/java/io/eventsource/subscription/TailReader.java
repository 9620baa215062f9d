package io.eventsource.subscription;

import io.eventsource.store.LogHead;
import io.eventsource.store.LogHeadStatus;
import io.eventsource.store.LogSignal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.util.backoff.BackOff;
import org.springframework.util.backoff.BackOffExecution;

/**
 * Follows the settled head for all subscriptions of this JVM, so that idle ones cost no statement. It looks when the
 * signal is raised, when the poll interval has passed, and in quick succession while the head waits at a hole. It
 * survives every failure of the database, with growing pauses.
 */
final class TailReader {

    private static final Duration FIRST_LOOK_AT_HOLE = Duration.ofMillis(2);
    private static final Duration SLOWEST_LOOK_AT_HOLE = Duration.ofMillis(100);
    private static final Duration LASTING_HOLE = Duration.ofSeconds(1);
    private static final Logger log = LoggerFactory.getLogger(TailReader.class);

    private final LogHead logHead;
    private final LogSignal signal;
    private final PollPauses pollPauses;
    private final BackOff backOff;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private Place place = new Place(0, 0, false);
    private boolean failing;

    // only the thread of the tail reader uses these
    private @Nullable Long reportedHole;
    private boolean publishFailed;

    /**
     * Where the log is.
     *
     * @param head the settled head
     * @param generation rises when what was remembered of the log must be read anew
     * @param known whether the log has been looked at
     */
    record Place(long head, long generation, boolean known) {}

    TailReader(LogHead logHead, LogSignal signal, Duration pollInterval, BackOff backOff, Clock clock) {
        this.clock = clock;
        this.logHead = logHead;
        this.signal = signal;
        this.pollPauses = new PollPauses(pollInterval);
        this.backOff = backOff;
    }

    void run(StopSignal stop) throws InterruptedException {
        BackOffExecution pauses = backOff.start();
        Duration holePause = FIRST_LOOK_AT_HOLE;
        while (!stop.raised()) {
            Duration pause;
            try {
                long head = logHead.advance();
                LogHeadStatus status = logHead.status();
                publish(new Place(head, status.generation(), true));
                reportHole(status);
                publishHead();
                pauses = backOff.start();
                holePause = status.holeSince() == null ? FIRST_LOOK_AT_HOLE : slower(holePause);
                pause = status.holeSince() == null ? pollPauses.after(head, signal.hearingOthers()) : holePause;
            } catch (RuntimeException | Error failure) {
                pause = Duration.ofMillis(pauses.nextBackOff());
                report(failure, pause);
            }
            signal.await(pause);
        }
    }

    /** Names who holds the head, once for each hole that lasts. */
    private void reportHole(LogHeadStatus status) {
        Instant since = status.holeSince();
        if (since == null) {
            if (reportedHole != null) {
                log.info("The hole behind position {} of the log is gone", reportedHole);
                reportedHole = null;
            }
        } else if (reportedHole == null && since.plus(LASTING_HOLE).isBefore(clock.instant())) {
            reportedHole = status.position();
            log.warn(
                    "The log waits at a hole behind position {} since {}. Subscriptions go on when these transactions end: {}",
                    status.position(),
                    since,
                    logHead.writers());
        }
    }

    /** Not being able to publish slows down the next start at worst. */
    private void publishHead() {
        try {
            logHead.publish();
        } catch (DataAccessException failure) {
            if (!publishFailed) {
                log.warn("Cannot publish the head of the log; a reader that starts will look for it itself", failure);
            }
            publishFailed = true;
        }
    }

    private static Duration slower(Duration pause) {
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(SLOWEST_LOOK_AT_HOLE) > 0 ? SLOWEST_LOOK_AT_HOLE : doubled;
    }

    private void report(Throwable failure, Duration pause) {
        lock.lock();
        try {
            if (!failing) {
                log.warn("Cannot read the head of the log, trying again in {} ms", pause.toMillis(), failure);
            }
            failing = true;
        } finally {
            lock.unlock();
        }
    }

    private void publish(Place newPlace) {
        lock.lock();
        try {
            if (failing) {
                log.info("Reading the head of the log again, it is at {}", newPlace.head());
            }
            failing = false;
            if (!newPlace.equals(place)) {
                place = newPlace;
                moved.signalAll();
            }
        } finally {
            lock.unlock();
        }
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

    /** Whether the last look failed. */
    boolean failing() {
        lock.lock();
        try {
            return failing;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the head lies beyond a position, the generation is another, or the stop is raised. */
    void awaitBeyond(long position, long generation, StopSignal stop) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            boolean known = place.known();
            while (place.head() <= position
                    && place.generation() == generation
                    && place.known() == known
                    && !stop.raised()) {
                moved.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends every wait whose stop has been raised. */
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
