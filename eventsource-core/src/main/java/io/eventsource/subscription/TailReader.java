package io.eventsource.subscription;

import io.eventsource.store.LogHead;
import io.eventsource.store.LogHeadStatus;
import io.eventsource.store.LogSignal;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
    private static final Logger log = LoggerFactory.getLogger(TailReader.class);

    private final LogHead logHead;
    private final LogSignal signal;
    private final Duration pollInterval;
    private final BackOff backOff;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private Place place = new Place(0, 0);
    private boolean failing;

    /**
     * Where the log is.
     *
     * @param head the settled head
     * @param generation rises when what was remembered of the log must be read anew
     */
    record Place(long head, long generation) {}

    TailReader(LogHead logHead, LogSignal signal, Duration pollInterval, BackOff backOff) {
        this.logHead = logHead;
        this.signal = signal;
        this.pollInterval = pollInterval;
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
                publish(new Place(head, status.generation()));
                pauses = backOff.start();
                holePause = status.holeSince() == null ? FIRST_LOOK_AT_HOLE : slower(holePause);
                pause = status.holeSince() == null ? pollInterval : holePause;
            } catch (RuntimeException | Error failure) {
                pause = Duration.ofMillis(pauses.nextBackOff());
                report(failure, pause);
            }
            signal.await(pause);
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
            while (place.head() <= position && place.generation() == generation && !stop.raised()) {
                moved.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends every wait whose stop has been raised. */
    void wakeAll() {
        signal.raise();
        lock.lock();
        try {
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
