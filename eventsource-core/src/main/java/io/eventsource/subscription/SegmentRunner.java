package io.eventsource.subscription;

import io.eventsource.deadletter.DeadLetterParking.ParkingChangedException;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorInfo;
import io.eventsource.error.ErrorInfo.ErrorReaction;
import io.eventsource.subscription.BatchSource.Batch;
import io.eventsource.time.Clocks;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives one set of handlers through one segment of the log, batch by batch, as long as this instance owns it. A batch that fails
 * is rolled back; what comes before the event that failed is handled, then that event alone, after growing pauses. An event that fails for
 * good is parked in the transaction that moves the checkpoint past it, or stops the segment; nothing is passed over.
 */
final class SegmentRunner {

    private static final Logger log = LoggerFactory.getLogger(SegmentRunner.class);

    private static final Batch NOTHING = new Batch(List.of(), 0, false, null);

    /** How often a runner without a lease looks whether there is one again. */
    private static final long LEASE_LOOK_MILLIS = 20;

    /** How often a runner that waits for the other parts of a merge tries to complete it. */
    private static final long MERGE_LOOK_NANOS = Duration.ofMillis(200).toNanos();

    private final SegmentKey key;
    private final SegmentOwnership ownership;
    private final TailReader tail;
    private final SegmentBatches batches;
    private final Rest rest;
    private final Semaphore turns;
    private final SegmentFailures failures;
    private final SegmentListener listener;
    private final Clocks clocks;

    private volatile SubscriptionStatus.State state = SubscriptionStatus.State.CATCHING_UP;
    private final StopSignal.Gate gate = new StopSignal.Gate();
    private volatile Checkpoint checkpoint;
    private volatile long position;
    private volatile boolean placed = true;
    private volatile int inFlight;
    private volatile boolean unsaved;

    // only the thread of the runner uses these
    private boolean following;
    private boolean goesOn;
    private long generation;

    /** Where to read on: beyond the position as long as a failed event waits to be parked with the next batch. */
    private long next;

    private Batch attempted = NOTHING;
    private long rebuiltEpoch = -1;

    SegmentRunner(
            Subscription subscription,
            SegmentKey key,
            Checkpoint claimed,
            SegmentOwnership ownership,
            SegmentBatches batches,
            SegmentFailures failures,
            Clocks clocks) {
        this.key = key;
        this.checkpoint = claimed;
        this.position = claimed.position();
        this.next = claimed.position();
        this.ownership = ownership;
        this.tail = subscription.tail();
        this.batches = batches;
        this.rest = new Rest(subscription.definition().settings().batch().linger(), System.nanoTime());
        this.turns = subscription.turns();
        this.failures = failures;
        this.listener = subscription;
        this.clocks = clocks;
    }

    SegmentKey key() {
        return key;
    }

    SubscriptionStatus.State state() {
        return state;
    }

    /** Buckets and epoch as last read; where it is by now says {@link #position()}. */
    Checkpoint checkpoint() {
        return checkpoint;
    }

    long position() {
        return position;
    }

    /** Whether its position is the one of its checkpoint, as far as this process knows. */
    boolean placed() {
        // in this order: a reload ends behind the beginning of the placement
        return !gate.toReload() && placed;
    }

    SegmentFailures.Streak streak() {
        return failures.streak();
    }

    /** How many events are being handled at the moment. */
    int inFlight() {
        return inFlight;
    }

    /** Whether its position could not be written down the last time. */
    boolean unsaved() {
        return unsaved;
    }

    /** Finishes the batch that is being handled and begins no other. */
    void pause() {
        gate.pause();
        wake();
    }

    /** Goes on, also with an event that it has stopped at. */
    void resume() {
        gate.resume();
        wake();
    }

    /** The segment is no longer as it was claimed: reads its checkpoint before the next batch. */
    void reload() {
        gate.reload();
        wake();
    }

    /** Runs until it is stopped or the segment is somebody else's. */
    void run(StopSignal stop) throws InterruptedException {
        listener.stateChanged();
        boolean owned = true;
        try {
            while (owned && !stop.raised()) {
                try {
                    owned = follow(stop);
                } catch (CheckpointMovedException moved) {
                    log.info("{}", moved.getMessage());
                    tail.suspect();
                } catch (ParkingChangedException changed) {
                    log.debug("{}", changed.getMessage());
                } catch (InterruptedException interrupted) {
                    if (stop.raised()) {
                        throw interrupted;
                    }
                    // a handler has left it behind: whoever stops a runner raises the stop first
                    log.warn("'{}' was interrupted by somebody else and goes on", key);
                } catch (RuntimeException | Error failure) {
                    // an error too: a thread that ended here would leave a segment that never goes on
                    afterFailure(failure, stop);
                }
                failures.withdraw();
            }
            if (owned) {
                flush();
            }
        } finally {
            failures.withdraw();
            follow(false);
        }
    }

    /**
     * Goes on from the checkpoint until the log may have become another one, or the segment another owner's.
     *
     * @return whether it is still this instance's
     */
    private boolean follow(StopSignal stop) throws InterruptedException {
        attempted = NOTHING;
        boolean here = goesOn;
        goesOn = false;
        if (!here && !load()) {
            return false;
        }
        while (!stop.raised() && !gate.toReload()) {
            if (gate.shut()) {
                awaitResume(stop);
            } else if (!ownership.held()) {
                boolean unused = stop.await(LEASE_LOOK_MILLIS);
            } else if (!proceed(stop)) {
                break;
            }
        }
        return true;
    }

    /** Reads the checkpoint in the database; says whether it is still this instance's. */
    private boolean load() {
        placed = false;
        gate.reloading();
        generation = tail.place().generation();
        Checkpoint found = ownership.find().orElse(null);
        if (found == null) {
            return false;
        }
        batches.restart(found);
        checkpoint = found;
        readOn(found.position());
        placed = true;
        return true;
    }

    /** Handles a batch, or waits for one; says whether the log is still the same. */
    private boolean proceed(StopSignal stop) throws InterruptedException {
        TailReader.Place place = tail.place();
        if (place.generation() != generation) {
            return false;
        }
        tellRebuilt();
        follow(place.highWaterMark() - next <= TailBuffer.MAX_EVENTS / 2);
        long end = checkpoint.bounded(place.highWaterMark());
        if (place.known() && next < end) {
            long restNanos = rest.nanos(tail.followers(), System.nanoTime());
            if (restNanos > 0) {
                boolean unused = stop.awaitNanos(restNanos);
            } else {
                step(place.upTo(end), stop);
            }
            return true;
        }
        caughtUp(place);
        if (!place.known() && tail.failing()) {
            // nobody knows how far the log is, so that it cannot be said to keep up
            changeState(SubscriptionStatus.State.RETRYING);
        }
        if (place.known() && checkpoint.meets(position)) {
            return meet(place, stop);
        }
        tail.awaitBeyond(position, place, batches.processor().flushInNanos(), () -> gate.stops(stop));
        return true;
    }

    /** Handles a batch when it is this segment's turn, which may take longer than a lease. */
    private void step(TailReader.Place place, StopSignal stop) throws InterruptedException {
        if (!failures.permit()) {
            flush();
            awaitProbe(stop);
            return;
        }
        List<TailEvent> handled;
        turns.acquire();
        try {
            if (gate.stops(stop) || !ownership.held()) {
                return;
            }
            handled = handleNext(place);
        } finally {
            turns.release();
        }
        failures.succeeded(handled, position);
    }

    private void awaitProbe(StopSignal stop) throws InterruptedException {
        changeState(SubscriptionStatus.State.CIRCUIT_OPEN);
        boolean unused = stop.await(clocks.ticker(), failures.pause());
    }

    /** Says which events handlers have taken. */
    private List<TailEvent> handleNext(TailReader.Place place) {
        attempted = NOTHING;
        Batch batch = batches.next(next, place);
        attempted = batch;
        if (batch.backlog() && streak().failures() == 0) {
            changeState(SubscriptionStatus.State.CATCHING_UP);
        }
        long begin = System.nanoTime();
        inFlight = batch.events().size();
        List<TailEvent> handled;
        try {
            handled = batches.processor().handle(batch);
        } finally {
            inFlight = 0;
        }
        long end = System.nanoTime();
        rest.handled(begin, end, batch.backlog());
        if (!batch.events().isEmpty()) {
            batches.handled(key, batch, end - begin, tail.visibleEnd() - batch.nextPosition());
            listener.handled(batch.events().size(), Duration.ofNanos(end - begin), clocks.now());
        }
        readOn(batch.nextPosition());
        // what fails from here on does not fail at these events
        attempted = NOTHING;
        return handled;
    }

    /** Writes down that it has come to where it becomes a part of another segment, and waits for the other parts. */
    private boolean meet(TailReader.Place place, StopSignal stop) throws InterruptedException {
        save();
        if (ownership.merge()) {
            return false;
        }
        tail.awaitBeyond(Long.MAX_VALUE, place, MERGE_LOOK_NANOS, () -> gate.stops(stop));
        return true;
    }

    /** Once it has come to where a rebuild ends, everybody is to know. */
    private void tellRebuilt() {
        if (checkpoint.rebuilt(position) && rebuiltEpoch != checkpoint.epoch()) {
            save();
            ownership.announce();
            rebuiltEpoch = checkpoint.epoch();
        }
    }

    private void caughtUp(TailReader.Place place) {
        BatchProcessor processor = batches.processor();
        if ((place.known() || processor.deferring()) && processor.flushInNanos() <= 0) {
            save();
        }
        if (place.known()) {
            // whatever failed before, there is nothing left to handle
            failures.recovered(position);
            changeState(SubscriptionStatus.State.LIVE);
        }
    }

    private void awaitResume(StopSignal stop) throws InterruptedException {
        save();
        changeState(gate.state());
        gate.await(stop);
        if (!gate.shut()) {
            changeState(SubscriptionStatus.State.CATCHING_UP);
        }
    }

    /** Ends every wait of this runner whose reason is gone. */
    void wake() {
        tail.wakeAll();
        gate.wake();
    }

    /** Tells what is parked by now. As long as something waits to be parked, what is passed does not count as handled. */
    private void readOn(long from) {
        next = from;
        batches.processor().takeParked().forEach(each -> failures.parked(each.error(), each.entry()));
        if (!batches.processor().deferring()) {
            position = from;
            listener.moved();
        }
    }

    /** Says whether the tail reader has to keep events in memory for this runner. */
    private void follow(boolean newFollowing) {
        if (newFollowing != following) {
            following = newFollowing;
            tail.follow(newFollowing ? 1 : -1);
        }
    }

    private void changeState(SubscriptionStatus.State to) {
        if (state != to) {
            state = to;
            listener.stateChanged();
        }
    }

    /** What was attempted is rolled back. Does what the policy says, outside of any transaction. */
    private void afterFailure(Throwable thrown, StopSignal stop) throws InterruptedException {
        Throwable failure = batches.source().blamed(attempted, thrown);
        if (!failures.permit()) {
            batches.size().failed();
            tail.suspect();
            awaitProbe(stop);
            return;
        }
        boolean atParking = batches.processor().failedAtParking();
        ErrorInfo error = failures.failed(atParking ? List.of() : attempted.events(), failure);
        if (error.category() == ErrorClassification.Category.INFRASTRUCTURE || failure.getSuppressed().length > 0) {
            // not even the rollback worked; a server that has crashed may have lost what was read
            tail.suspect();
        }
        goesOn = !atParking && batches.narrow(attempted, error);
        if (goesOn) {
            readOn(batches.processor().position());
        }
        if (!batches.processor().deferring()) {
            flush();
        } else if (goesOn && SegmentFailures.pauses(error) && !parks(this::save, stop)) {
            return;
        }
        if (error.reaction() instanceof ErrorReaction.Park) {
            park(error, stop);
        } else {
            react(error, stop);
        }
    }

    private void react(ErrorInfo error, StopSignal stop) throws InterruptedException {
        failures.report(error, position);
        if (error.reaction() instanceof ErrorReaction.Retry retry) {
            changeState(SubscriptionStatus.State.RETRYING);
            boolean unused = stop.await(clocks.ticker(), retry.pause());
        } else if (error.reaction() instanceof ErrorReaction.AwaitRecovery away) {
            changeState(away.open() ? SubscriptionStatus.State.CIRCUIT_OPEN : SubscriptionStatus.State.RETRYING);
            boolean unused = stop.await(clocks.ticker(), away.pause());
        } else {
            gate.halt();
        }
    }

    private void park(ErrorInfo error, StopSignal stop) throws InterruptedException {
        if (parks(() -> batches.park(attempted, error, goesOn), stop)) {
            readOn(attempted.nextPosition());
            batches.size().parked();
        }
    }

    /** Where this fails, the event is tried again after a pause and fails, or is parked, again. Says whether it worked. */
    private boolean parks(Runnable parking, StopSignal stop) throws InterruptedException {
        try {
            parking.run();
            return true;
        } catch (CheckpointMovedException | ParkingChangedException changed) {
            log.info("{}", changed.getMessage());
        } catch (RuntimeException | Error failure) {
            react(failures.failed(List.of(), failure), stop);
        }
        goesOn = false;
        return false;
    }

    /** Writes down what has been handled, and parks what waits for it. */
    private void save() {
        batches.processor().flush();
        readOn(next);
    }

    /** The same; where that fails, it is handled again. */
    private void flush() {
        unsaved = !batches.flush(key);
        readOn(next);
    }
}
