package io.eventsource.subscription;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventSelection;
import io.eventsource.projection.EventHandlers;
import io.eventsource.subscription.BatchSource.Batch;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.TransactionOperations;

/**
 * A batch is one transaction: the handlers, then as its last statement the checkpoint. The server ends a transaction whose client
 * has gone silent within the time of a lease, so that a frozen instance's locks on read models do not outlive its ownership.
 */
final class ExactlyOnce implements BatchProcessor {

    /** With nothing to handle, the checkpoint is written after so many positions, to spare a restart the way. */
    static final long IDLE_CHECKPOINT_DISTANCE = 1_000;

    private final EventHandlers handlers;
    private final EventCodec codec;
    private final EventSelection selection;
    private final CheckpointRepository checkpoints;
    private final TransactionOperations transaction;
    private final DataSource dataSource;
    private final ProcessingWatch watch;
    private final Duration silence;
    private Checkpoint checkpoint = Checkpoint.NONE;
    private long passedUpTo;

    ExactlyOnce(
            EventHandlers handlers,
            EventCodec codec,
            EventSelection selection,
            CheckpointRepository checkpoints,
            TransactionOperations transaction,
            DataSource dataSource,
            ProcessingWatch watch,
            Duration silence) {
        this.handlers = handlers;
        this.codec = codec;
        this.selection = selection;
        this.checkpoints = checkpoints;
        this.transaction = transaction;
        this.dataSource = dataSource;
        this.watch = watch;
        this.silence = silence;
    }

    @Override
    public void restart(Checkpoint newCheckpoint) {
        checkpoint = newCheckpoint;
        passedUpTo = newCheckpoint.position();
    }

    @Override
    public void handle(Batch batch) {
        if (batch.events().isEmpty()) {
            passedUpTo = batch.nextPosition();
            if (passedUpTo - checkpoint.position() >= IDLE_CHECKPOINT_DISTANCE) {
                flush();
            }
            return;
        }
        List<EventEnvelope<Object>> events = batch.events().stream()
                .flatMap(event -> event.decoded(codec, selection).stream())
                .toList();
        transaction.executeWithoutResult(status -> {
            checkpoints.limitSilence(silence);
            watch.run(() -> {
                watch.on(DataSourceUtils.getConnection(dataSource));
                handlers.handleAll(events);
            });
            advance(batch);
        });
        moved(batch.nextPosition());
    }

    private void advance(Batch batch) {
        if (!checkpoints.advance(handlers.name(), checkpoint, batch)) {
            throw new CheckpointMovedException(handlers.name(), checkpoint);
        }
    }

    private void moved(long position) {
        checkpoint = checkpoint.at(position);
        passedUpTo = position;
    }

    @Override
    public long flushInNanos() {
        return Long.MAX_VALUE;
    }

    /** Writes down positions without events; every other batch has brought its checkpoint with it. */
    @Override
    public void flush() {
        if (passedUpTo > checkpoint.position()) {
            Batch passed = new Batch(List.of(), passedUpTo, false);
            transaction.executeWithoutResult(status -> {
                checkpoints.limitSilence(silence);
                advance(passed);
            });
            moved(passedUpTo);
        }
    }
}
