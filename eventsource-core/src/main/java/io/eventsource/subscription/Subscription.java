package io.eventsource.subscription;

import io.eventsource.subscription.BatchSource.Batch;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.backoff.BackOff;
import org.springframework.util.backoff.BackOffExecution;

/**
 * Drives one set of handlers through the log, batch by batch. A batch that fails is rolled back and repeated event by event,
 * after growing pauses; nothing is passed over.
 */
final class Subscription {

    private static final Logger log = LoggerFactory.getLogger(Subscription.class);

    private final String name;
    private final TailReader tail;
    private final StartingPoint startingPoint;
    private final BatchSource source;
    private final BatchProcessor processor;
    private final BatchSize batchSize;
    private final long lingerNanos;
    private final BackOff backOff;
    private final SubscriptionListener listener;
    private final Clock clock;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();
    private SubscriptionState state = SubscriptionState.STOPPED;
    private volatile long position;
    private final AtomicLong eventsProcessed = new AtomicLong();
    private final AtomicLong batchesFailed = new AtomicLong();
    private volatile @Nullable Instant lastProcessedAt;
    private volatile boolean paused;
    private volatile Streak streak = Streak.NONE;

    // only the thread of the subscription uses these
    private boolean following;
    private long batchEnd = System.nanoTime();
    private int attempted;

    /** How often batches have failed in a row, and how. */
    private record Streak(int failures, @Nullable Throwable first, @Nullable Throwable last) {

        static final Streak NONE = new Streak(0, null, null);

        Streak and(Throwable failure) {
            return new Streak(failures + 1, first == null ? failure : first, failure);
        }
    }

    /** Where to begin, asked at each start and after each failure. */
    interface StartingPoint {
        Checkpoint open();
    }

    Subscription(
            String name,
            TailReader tail,
            StartingPoint startingPoint,
            BatchSource source,
            BatchProcessor processor,
            BatchSize batchSize,
            SubscriptionSettings settings,
            BackOff backOff,
            SubscriptionListener listener,
            Clock clock) {
        this.name = name;
        this.tail = tail;
        this.startingPoint = startingPoint;
        this.source = source;
        this.processor = processor;
        this.batchSize = batchSize;
        this.lingerNanos = settings.linger().toNanos();
        this.backOff = backOff;
        this.listener = listener;
        this.clock = clock;
    }

    String name() {
        return name;
    }

    SubscriptionStatus status() {
        Streak failing = streak;
        long at = position;
        return new SubscriptionStatus(
                name,
                state(),
                at,
                Math.max(0, tail.place().head() - at),
                eventsProcessed.get(),
                batchesFailed.get(),
                lastProcessedAt,
                failing.failures(),
                failing.first(),
                failing.last());
    }

    SubscriptionState state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    /** Finishes the batch that is being handled and begins no other. */
    void pause() {
        paused = true;
        tail.wakeAll();
    }

    void resume() {
        paused = false;
        lock.lock();
        try {
            progress.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until a position has been handled.
     *
     * @return whether it was in time
     */
    boolean awaitPosition(long awaited, long nanos) throws InterruptedException {
        long left = nanos;
        lock.lockInterruptibly();
        try {
            while (position < awaited && left > 0) {
                left = progress.awaitNanos(left);
            }
            return position >= awaited;
        } finally {
            lock.unlock();
        }
    }

    void run(StopSignal stop) throws InterruptedException {
        BackOffExecution pauses = backOff.start();
        changeState(SubscriptionState.CATCHING_UP);
        try {
            while (!stop.raised()) {
                try {
                    follow(stop);
                } catch (CheckpointMovedException moved) {
                    log.info("{}", moved.getMessage());
                    tail.suspect();
                } catch (InterruptedException interrupted) {
                    if (stop.raised()) {
                        throw interrupted;
                    }
                    // a handler has left it behind: whoever stops a subscription raises the stop first
                    log.warn("'{}' was interrupted by somebody else and goes on", name);
                } catch (RuntimeException | Error failure) {
                    // an error too: a thread that ended here would leave a subscription that never goes on
                    pauses = streak.failures() == 0 ? backOff.start() : pauses;
                    pauseAfter(failure, pauses, stop);
                }
            }
            flush();
        } finally {
            follow(false);
            changeState(SubscriptionState.STOPPED);
        }
    }

    /** Goes on from the checkpoint in the database until the log may have become another one. */
    private void follow(StopSignal stop) throws InterruptedException {
        long generation = tail.place().generation();
        Checkpoint checkpoint = startingPoint.open();
        source.restart();
        processor.restart(checkpoint);
        moveTo(checkpoint.position());
        while (!stop.raised()) {
            if (paused) {
                awaitResume(stop);
                continue;
            }
            TailReader.Place place = tail.place();
            if (place.generation() != generation) {
                return;
            }
            follow(place.head() - position <= TailBuffer.MAX_EVENTS / 2);
            if (place.known() && position < place.head()) {
                step(place);
                recovered();
            } else {
                caughtUp(place);
                tail.awaitBeyond(position, place, processor.flushInNanos(), () -> stop.raised() || paused);
                linger(stop);
            }
        }
    }

    private void step(TailReader.Place place) {
        attempted = 0;
        Batch batch = source.next(position, batchSize.current(), place);
        attempted = batch.events().size();
        if (batch.backlog() && streak.failures() == 0) {
            changeState(SubscriptionState.CATCHING_UP);
        }
        long begin = System.nanoTime();
        processor.handle(batch);
        batchEnd = System.nanoTime();
        if (!batch.events().isEmpty()) {
            batchSize.handled(batch.events().size(), batchEnd - begin);
            eventsProcessed.addAndGet(batch.events().size());
            lastProcessedAt = clock.instant();
            log.debug(
                    "'{}' handled {} events up to position {}",
                    name,
                    batch.events().size(),
                    batch.nextPosition());
        }
        moveTo(batch.nextPosition());
    }

    private void caughtUp(TailReader.Place place) {
        if (place.known()) {
            if (processor.flushInNanos() <= 0) {
                processor.flush();
            }
            // whatever failed before, there is nothing left to handle
            recovered();
            batchSize.caughtUp();
            changeState(SubscriptionState.LIVE);
        }
    }

    /** Lets events that come one by one gather, unless the last batch was a while ago. */
    private void linger(StopSignal stop) throws InterruptedException {
        long left = lingerNanos - (System.nanoTime() - batchEnd);
        if (left > 0) {
            boolean unused = stop.awaitNanos(left);
        }
    }

    private void awaitResume(StopSignal stop) throws InterruptedException {
        processor.flush();
        changeState(SubscriptionState.PAUSED);
        lock.lockInterruptibly();
        try {
            while (paused && !stop.raised()) {
                progress.await();
            }
        } finally {
            lock.unlock();
        }
        changeState(SubscriptionState.CATCHING_UP);
    }

    /** Ends every wait of this subscription whose reason is gone. */
    void wake() {
        lock.lock();
        try {
            progress.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void moveTo(long newPosition) {
        lock.lock();
        try {
            position = newPosition;
            progress.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Says whether the tail reader has to keep events in memory for this subscription. */
    private void follow(boolean newFollowing) {
        if (newFollowing != following) {
            following = newFollowing;
            tail.follow(newFollowing ? 1 : -1);
        }
    }

    private void changeState(SubscriptionState to) {
        SubscriptionState from;
        lock.lock();
        try {
            from = state;
            state = to;
        } finally {
            lock.unlock();
        }
        if (from != to) {
            try {
                listener.stateChanged(name, from, to);
            } catch (RuntimeException | Error failure) {
                log.warn("A listener failed when '{}' went from {} to {}", name, from, to, failure);
            }
        }
    }

    private void recovered() {
        Streak before = streak;
        if (before.failures() > 0) {
            log.info("'{}' goes on from position {} after {} failures", name, position, before.failures());
            streak = Streak.NONE;
        }
    }

    private void pauseAfter(Throwable failure, BackOffExecution pauses, StopSignal stop) throws InterruptedException {
        tail.suspect();
        batchSize.failed();
        batchesFailed.incrementAndGet();
        streak = streak.and(failure);
        changeState(SubscriptionState.RETRYING);
        if (streak.failures() == 1 && attempted > 1) {
            log.warn("'{}' failed behind position {}, repeating event by event", name, position, failure);
        } else {
            long millis = pauses.nextBackOff();
            if (streak.failures() == 1) {
                log.warn("'{}' failed behind position {}, trying again in {} ms", name, position, millis, failure);
            } else {
                log.debug(
                        "'{}' failed again behind position {}, trying again in {} ms", name, position, millis, failure);
            }
            boolean unused = stop.await(millis);
        }
        flush();
    }

    /** Writes down what has been handled; where that fails, it is handled again. */
    private void flush() {
        try {
            processor.flush();
        } catch (RuntimeException | Error failure) {
            log.debug("'{}' could not write its checkpoint", name, failure);
        }
    }
}
