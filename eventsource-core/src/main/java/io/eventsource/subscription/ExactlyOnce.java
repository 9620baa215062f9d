package io.eventsource.subscription;

import io.eventsource.batch.BatchTransaction;
import io.eventsource.error.ErrorInfo;
import io.eventsource.event.EventEnvelope;
import io.eventsource.failure.FailureText;
import io.eventsource.store.TransactionAppends;
import io.eventsource.subscription.BatchSource.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.TransactionOperations;

/**
 * A batch is one transaction: the handlers, then as its last statement the checkpoint. The server ends a transaction whose client
 * has gone silent within the time of a lease, so that a frozen instance's locks on read models do not outlive its ownership.
 */
final class ExactlyOnce implements BatchProcessor {

    private static final Logger log = LoggerFactory.getLogger(ExactlyOnce.class);

    /** With nothing to handle, the checkpoint is written after so many positions at the latest, to spare a restart the way. */
    static final long IDLE_CHECKPOINT_DISTANCE = 1_000;

    /** After so many failed events in a row they are parked by themselves. */
    private static final int MOST_DEFERRED = 100;

    private final SelectedHandlers handlers;
    private final CheckpointRepository checkpoints;
    private final TransactionOperations transaction;
    private final DataSource dataSource;
    private final TransactionAppends transactionAppends;
    private final ProcessingWatch watch;
    private final long intervalNanos;
    private final SegmentParking parking;
    private final List<Parked> parked = new ArrayList<>();
    private long writtenAt = System.nanoTime();
    private Checkpoint checkpoint = Checkpoint.NONE;
    private long passedUpTo;
    private @Nullable UUID incarnation;

    /** What a batch has come to, once it is committed. */
    private record Outcome(SegmentParking.Parts parts, List<Parked> parked) {}

    ExactlyOnce(
            SelectedHandlers handlers,
            CheckpointRepository checkpoints,
            TransactionOperations transaction,
            DataSource dataSource,
            ProcessingWatch watch,
            SubscriptionSettings settings,
            SegmentParking parking) {
        this.handlers = handlers;
        this.checkpoints = checkpoints;
        this.transaction = transaction;
        this.dataSource = dataSource;
        this.transactionAppends = new TransactionAppends(dataSource);
        this.watch = watch;
        this.intervalNanos = settings.checkpoint().interval().toNanos();
        this.parking = parking;
    }

    @Override
    public void restart(Checkpoint newCheckpoint) {
        checkpoint = newCheckpoint;
        passedUpTo = newCheckpoint.position();
        parking.restart(newCheckpoint.buckets());
    }

    @Override
    public List<TailEvent> handle(Batch batch) {
        if (batch.events().isEmpty()) {
            passedUpTo = batch.nextPosition();
            incarnation = batch.incarnation();
            if (passedUpTo - checkpoint.position() >= IDLE_CHECKPOINT_DISTANCE) {
                flush();
            }
            return List.of();
        }
        Outcome outcome = transaction.execute(status -> {
            begin();
            BatchTransaction begun = BatchTransaction.current(handlers.name(), dataSource, status);
            SegmentParking.Parts parts = parking.takeApart(batch.events());
            handle(parts.toHandle());
            begun.requireIntact();
            List<Parked> entries = parking.parkDeferred();
            parking.parkBehind(parts.toPark());
            advance(withDeferred(batch), begun);
            return new Outcome(parts, entries);
        });
        moved(batch.nextPosition());
        if (outcome == null) {
            return List.of();
        }
        parkedDeferred(outcome.parked());
        parking.parked(outcome.parts().toPark().size());
        return outcome.parts().toHandle();
    }

    /** What a batch is to be counted as, with the events before it that are parked in its transaction. */
    private Batch withDeferred(Batch batch) {
        List<TailEvent> events = parking.deferred();
        if (events.isEmpty()) {
            return batch;
        }
        List<TailEvent> all = new ArrayList<>(events);
        all.addAll(batch.events());
        return new Batch(all, batch.nextPosition(), batch.backlog(), batch.incarnation());
    }

    private void parkedDeferred(List<Parked> entries) {
        parked.addAll(entries);
        parking.parkedDeferred();
    }

    /** Waits for a reset; where that takes longer than a statement may, no event is at fault. */
    private void begin() {
        try {
            checkpoints.beginBatch(handlers.name());
        } catch (QueryTimeoutException waited) {
            log.debug("'{}' waits for a reset", handlers.name(), FailureText.trace(waited));
            throw new CheckpointMovedException(handlers.name(), checkpoint);
        }
    }

    private void handle(List<TailEvent> stored) {
        List<EventEnvelope<Object>> events = handlers.decoded(stored);
        if (!events.isEmpty()) {
            watch.run(() -> {
                watch.on(DataSourceUtils.getConnection(dataSource));
                handlers.handleAll(events);
            });
        }
    }

    /** With the next batch that commits, to spare a transaction. */
    @Override
    public void park(Batch batch, ErrorInfo error) {
        parking.defer(batch.events().get(0), error);
        passedUpTo = batch.nextPosition();
        incarnation = batch.incarnation();
        if (parking.deferred().size() >= MOST_DEFERRED) {
            flush();
        }
    }

    @Override
    public boolean deferring() {
        return !parking.deferred().isEmpty();
    }

    @Override
    public boolean failedAtParking() {
        return parking.failedAtDeferred();
    }

    @Override
    public List<Parked> takeParked() {
        List<Parked> taken = List.copyOf(parked);
        parked.clear();
        return taken;
    }

    private void advance(Batch batch, @Nullable BatchTransaction begun) {
        // events that a handler has appended may be on their way elsewhere as soon as they are committed
        boolean repeatable = !transactionAppends.any();
        if (!checkpoints.advance(handlers.name(), checkpoint, batch, begun != null, repeatable)) {
            if (begun != null && !checkpoints.begun()) {
                throw begun.ended();
            }
            throw new CheckpointMovedException(handlers.name(), checkpoint);
        }
    }

    private void moved(long position) {
        checkpoint = checkpoint.at(position);
        passedUpTo = position;
        writtenAt = System.nanoTime();
    }

    @Override
    public long position() {
        return passedUpTo;
    }

    @Override
    public long reached() {
        return handlers.reached();
    }

    @Override
    public long flushInNanos() {
        if (deferring()) {
            return 0;
        }
        return passedUpTo > checkpoint.position() ? writtenAt + intervalNanos - System.nanoTime() : Long.MAX_VALUE;
    }

    /** Writes down positions without events and what is still to be parked; every other batch has brought its checkpoint with it. */
    @Override
    public void flush() {
        if (passedUpTo > checkpoint.position()) {
            Batch passed = withDeferred(new Batch(List.of(), passedUpTo, false, incarnation));
            List<Parked> entries = transaction.execute(status -> {
                checkpoints.limitSilence();
                List<Parked> made = parking.parkDeferred();
                advance(passed, null);
                return made;
            });
            moved(passedUpTo);
            parkedDeferred(Objects.requireNonNull(entries));
        }
    }
}
