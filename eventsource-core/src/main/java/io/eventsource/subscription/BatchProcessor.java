package io.eventsource.subscription;

import io.eventsource.error.ErrorInfo;
import io.eventsource.subscription.BatchSource.Batch;
import java.util.List;

/** Handles batches and keeps the checkpoint, in one of two ways. Used by one thread. */
interface BatchProcessor {

    /**
     * Goes on at a checkpoint.
     *
     * @param checkpoint as it is in the database
     */
    void restart(Checkpoint checkpoint);

    /**
     * Handles a batch.
     *
     * @param batch what to handle, possibly nothing but positions to pass
     * @return the events that a handler has taken; not those that were put behind others in the dead-letter queue
     * @throws CheckpointMovedException when the checkpoint is not where it was left
     * @throws RuntimeException what a handler threw
     */
    List<TailEvent> handle(Batch batch);

    /**
     * Puts an event into the dead-letter queue and moves the checkpoint past it, in one transaction: at once, or with the next batch that is
     * handled or the next {@link #flush}. Until then it counts as passed here, and its aggregate as parked. A restart forgets it, so that it is
     * handled, and fails, once more.
     *
     * @param batch the event alone, which has failed for good
     * @param error how it failed last
     * @throws CheckpointMovedException when the checkpoint is not where it was left
     */
    void park(Batch batch, ErrorInfo error);

    /** Whether an event waits to be parked with the next batch. */
    boolean deferring();

    /** Whether the last batch failed at parking such an event, so that none of its own is at fault. */
    boolean failedAtParking();

    /** What has been parked, and is committed, since this was last asked. */
    List<Parked> takeParked();

    /**
     * An event in the dead-letter queue.
     *
     * @param error how it failed last
     * @param entry its entry
     */
    record Parked(ErrorInfo error, long entry) {}

    /**
     * Up to where everything is handled, written down or not.
     *
     * @return the position
     */
    long position();

    /**
     * The event at which the last batch was when it failed, as far as that can be told.
     *
     * @return its position
     */
    long reached();

    /**
     * When to write down what has been handled, if nothing further comes.
     *
     * @return in so many nanoseconds, at most 0 for now; {@code Long.MAX_VALUE} when all is written
     */
    long flushInNanos();

    /** Writes down what has been handled, if it is not yet. */
    void flush();
}
