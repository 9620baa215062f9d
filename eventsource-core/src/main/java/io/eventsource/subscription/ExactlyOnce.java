package io.eventsource.subscription;

import io.eventsource.batch.BatchTransaction;
import io.eventsource.error.ErrorInfo;
import io.eventsource.event.EventEnvelope;
import io.eventsource.failure.FailureText;
import io.eventsource.store.TransactionAppends;
import io.eventsource.subscription.BatchSource.Batch;
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

    private final SelectedHandlers handlers;
    private final CheckpointRepository checkpoints;
    private final TransactionOperations transaction;
    private final DataSource dataSource;
    private final TransactionAppends transactionAppends;
    private final ProcessingWatch watch;
    private final long intervalNanos;
    private final SegmentParking parking;
    private long writtenAt = System.nanoTime();
    private Checkpoint checkpoint = Checkpoint.NONE;
    private long passedUpTo;
    private @Nullable UUID incarnation;

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
        SegmentParking.Parts handled = transaction.execute(status -> {
            begin();
            BatchTransaction begun = BatchTransaction.current(handlers.name(), dataSource, status);
            SegmentParking.Parts parts = parking.takeApart(batch.events());
            handle(parts.toHandle());
            begun.requireIntact();
            parking.parkBehind(parts.toPark());
            advance(batch, begun);
            return parts;
        });
        moved(batch.nextPosition());
        if (handled == null) {
            return List.of();
        }
        parking.parked(handled.toPark().size());
        return handled.toHandle();
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

    @Override
    public long park(Batch batch, ErrorInfo error) {
        Long entry = transaction.execute(status -> {
            checkpoints.limitSilence();
            long made = parking.park(batch.events().get(0), error);
            advance(batch, null);
            return made;
        });
        moved(batch.nextPosition());
        parking.parked(1);
        return Objects.requireNonNull(entry);
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
        return passedUpTo > checkpoint.position() ? writtenAt + intervalNanos - System.nanoTime() : Long.MAX_VALUE;
    }

    /** Writes down positions without events; every other batch has brought its checkpoint with it. */
    @Override
    public void flush() {
        if (passedUpTo > checkpoint.position()) {
            Batch passed = new Batch(List.of(), passedUpTo, false, incarnation);
            transaction.executeWithoutResult(status -> {
                checkpoints.limitSilence();
                advance(passed, null);
            });
            moved(passedUpTo);
        }
    }
}
