package io.eventsource.subscription;

import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorInfo;
import io.eventsource.failure.CauseChain;
import io.eventsource.failure.FailureText;
import io.eventsource.subscription.BatchSource.Batch;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the batches of a segment come from, how large they are, and what handles them. Used by one thread. */
record SegmentBatches(BatchSource source, BatchProcessor processor, BatchSize size) {

    private static final Logger log = LoggerFactory.getLogger(SegmentRunner.class);

    /** Goes on at a checkpoint, as it is in the database. */
    void restart(Checkpoint checkpoint) {
        source.restart(checkpoint.buckets());
        processor.restart(checkpoint);
    }

    Batch next(long position, TailReader.Place place) {
        return source.next(position, size.current(), place);
    }

    /** A batch was handled in this time; so many positions are left. */
    void handled(SegmentKey key, Batch batch, long nanos, long lag) {
        int events = batch.events().size();
        size.handled(events, nanos);
        log.atDebug()
                .addKeyValue("subscription.name", key.subscription())
                .addKeyValue("subscription.lag", Math.max(0, lag))
                .addKeyValue("batch.events", events)
                .addKeyValue("batch.duration_ms", Duration.ofNanos(nanos).toMillis())
                .log("'{}' handled {} events up to position {}", key, events, batch.nextPosition());
    }

    /** Writes down what has been handled; where that fails, it is handled again. Says whether it worked. */
    boolean flush(SegmentKey key) {
        try {
            processor.flush();
            return true;
        } catch (RuntimeException | Error failure) {
            log.debug("'{}' could not write its checkpoint", key, FailureText.trace(failure));
            return false;
        }
    }

    /** Parks an event: with the next batch, or at once where the checkpoint is read again before there is one. */
    void park(Batch attempted, ErrorInfo error, boolean goesOn) {
        processor.park(attempted, error);
        if (!goesOn) {
            processor.flush();
        }
    }

    /**
     * A batch has failed. Makes the next one lead towards the event that is at fault, out of what has been read.
     *
     * <p>The checkpoint need not be read again for that: the transaction is rolled back, and if it is not, the next one finds the
     * checkpoint elsewhere and is rolled back itself.
     *
     * @return false when no event is at fault: then from the checkpoint in the database, with one event
     */
    boolean narrow(Batch attempted, ErrorInfo error) {
        if (attempted.events().isEmpty()
                || error.category() == ErrorClassification.Category.INFRASTRUCTURE
                || CauseChain.first(error.error(), OutOfMemoryError.class) != null) {
            size.failed();
            return false;
        }
        source.keep(attempted);
        Batch left = attempted.after(processor.position());
        size.failedAt(left.events().size(), left.before(processor.reached()));
        return true;
    }
}
