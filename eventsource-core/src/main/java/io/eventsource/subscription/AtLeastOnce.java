package io.eventsource.subscription;

import io.eventsource.error.ErrorInfo;
import io.eventsource.event.EventEnvelope;
import io.eventsource.subscription.BatchSource.Batch;
import io.eventsource.subscription.SubscriptionSettings.CheckpointStrategy;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Handles a batch, in a transaction of its own if there is a transaction manager for what the handlers write, and writes the
 * checkpoint afterwards: after each event, after each batch, or when some time has passed.
 */
final class AtLeastOnce implements BatchProcessor {

    private final SelectedHandlers handlers;
    private final CheckpointRepository checkpoints;
    private final TransactionOperations transaction;
    private final TransactionOperations storeTransaction;
    private final SegmentParking parking;
    private final ProcessingWatch watch;
    private final CheckpointStrategy strategy;
    private final long intervalNanos;

    private Checkpoint checkpoint = Checkpoint.NONE;
    private final List<TailEvent> unwritten = new ArrayList<>();
    private final List<Parked> parked = new ArrayList<>();
    private long handledUpTo;
    private @Nullable UUID incarnation;
    private long writtenAt = System.nanoTime();

    AtLeastOnce(
            SelectedHandlers handlers,
            CheckpointRepository checkpoints,
            TransactionOperations transaction,
            TransactionOperations storeTransaction,
            SegmentParking parking,
            ProcessingWatch watch,
            SubscriptionSettings settings) {
        this.handlers = handlers;
        this.checkpoints = checkpoints;
        this.transaction = transaction;
        this.storeTransaction = storeTransaction;
        this.parking = parking;
        this.watch = watch;
        this.strategy = settings.checkpoint().strategy();
        this.intervalNanos = settings.checkpoint().interval().toNanos();
    }

    @Override
    public void restart(Checkpoint newCheckpoint) {
        checkpoint = newCheckpoint;
        handledUpTo = newCheckpoint.position();
        unwritten.clear();
        parking.restart(newCheckpoint.buckets());
    }

    @Override
    public List<TailEvent> handle(Batch batch) {
        incarnation = batch.incarnation();
        List<TailEvent> handled = new ArrayList<>();
        if (strategy == CheckpointStrategy.EVERY_EVENT) {
            for (TailEvent event : batch.events()) {
                handled.addAll(handle(List.of(event), event.position()));
                flush();
            }
            handledUpTo = batch.nextPosition();
        } else {
            handled.addAll(handle(batch.events(), batch.nextPosition()));
        }
        if (due()) {
            flush();
        }
        return handled;
    }

    private boolean due() {
        if (unwritten.isEmpty()) {
            return handledUpTo - checkpoint.position() >= ExactlyOnce.IDLE_CHECKPOINT_DISTANCE;
        }
        return strategy != CheckpointStrategy.PERIODIC || flushInNanos() <= 0;
    }

    private List<TailEvent> handle(List<TailEvent> events, long upTo) {
        SegmentParking.Parts parts = parking.takeApart(events);
        List<EventEnvelope<Object>> decoded = handlers.decoded(parts.toHandle());
        if (!decoded.isEmpty()) {
            watch.run(() -> transaction.executeWithoutResult(status -> handlers.handleAll(decoded)));
        }
        if (parts.toPark().isEmpty()) {
            unwritten.addAll(events);
            handledUpTo = upTo;
        } else {
            write(() -> parking.parkBehind(parts.toPark()), events, upTo);
            parking.parked(parts.toPark().size());
        }
        return parts.toHandle();
    }

    /** At once: a batch has no transaction of the store that it could go with. */
    @Override
    public void park(Batch batch, ErrorInfo error) {
        incarnation = batch.incarnation();
        AtomicLong entry = new AtomicLong();
        write(() -> entry.set(parking.park(batch.events().get(0), error)), batch.events(), batch.nextPosition());
        parking.parked(1);
        parked.add(new Parked(error, entry.get()));
    }

    @Override
    public boolean deferring() {
        return false;
    }

    @Override
    public boolean failedAtParking() {
        return false;
    }

    @Override
    public List<Parked> takeParked() {
        List<Parked> taken = List.copyOf(parked);
        parked.clear();
        return taken;
    }

    /** Parks and moves the checkpoint in one transaction. Nothing here may count as handled before that has committed. */
    private void write(Runnable park, List<TailEvent> events, long upTo) {
        List<TailEvent> passed = new ArrayList<>(unwritten);
        passed.addAll(events);
        storeTransaction.executeWithoutResult(status -> {
            park.run();
            advance(new Batch(passed, upTo, false, incarnation));
        });
        written(upTo);
    }

    private void advance(Batch batch) {
        if (!checkpoints.advance(handlers.name(), checkpoint, batch, false, false)) {
            throw new CheckpointMovedException(handlers.name(), checkpoint);
        }
    }

    private void written(long upTo) {
        checkpoint = checkpoint.at(upTo);
        handledUpTo = upTo;
        unwritten.clear();
        writtenAt = System.nanoTime();
    }

    @Override
    public long position() {
        return handledUpTo;
    }

    @Override
    public long reached() {
        return handlers.reached();
    }

    @Override
    public long flushInNanos() {
        return handledUpTo > checkpoint.position() ? writtenAt + intervalNanos - System.nanoTime() : Long.MAX_VALUE;
    }

    @Override
    public void flush() {
        if (handledUpTo > checkpoint.position()) {
            advance(new Batch(unwritten, handledUpTo, false, incarnation));
            written(handledUpTo);
        }
    }
}
