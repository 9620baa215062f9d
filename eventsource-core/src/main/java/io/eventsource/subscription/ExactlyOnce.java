package io.eventsource.subscription;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventSelection;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.TransactionParticipation;
import io.eventsource.subscription.BatchSource.Batch;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.TransactionOperations;

/** A batch is one transaction: the handlers, then as its last statement the checkpoint. */
final class ExactlyOnce implements BatchProcessor {

    /** With nothing to handle, the checkpoint is written after so many positions, to spare a restart the way. */
    static final long IDLE_CHECKPOINT_DISTANCE = 1_000;

    private final EventHandlers handlers;
    private final EventCodec codec;
    private final EventSelection selection;
    private final CheckpointRepository checkpoints;
    private final TransactionOperations transaction;
    private final DataSource dataSource;
    private final TransactionParticipation participation;
    private final ProcessingWatch watch;
    private Checkpoint checkpoint = Checkpoint.BEGINNING;

    ExactlyOnce(
            EventHandlers handlers,
            EventCodec codec,
            EventSelection selection,
            CheckpointRepository checkpoints,
            TransactionOperations transaction,
            DataSource dataSource,
            ProcessingWatch watch) {
        this.handlers = handlers;
        this.codec = codec;
        this.selection = selection;
        this.checkpoints = checkpoints;
        this.transaction = transaction;
        this.dataSource = dataSource;
        this.participation = new TransactionParticipation(dataSource);
        this.watch = watch;
    }

    @Override
    public void restart(Checkpoint newCheckpoint) {
        checkpoint = newCheckpoint;
    }

    @Override
    public void handle(Batch batch) {
        if (batch.events().isEmpty() && batch.nextPosition() - checkpoint.position() < IDLE_CHECKPOINT_DISTANCE) {
            return;
        }
        Checkpoint from = checkpoint;
        List<EventEnvelope<Object>> events = batch.events().stream()
                .flatMap(event -> event.decoded(codec, selection).stream())
                .toList();
        transaction.executeWithoutResult(status -> {
            if (!events.isEmpty()) {
                watch.run(() -> {
                    watch.on(DataSourceUtils.getConnection(dataSource));
                    handlers.handleAll(events);
                });
            }
            // events that a handler has appended may be on their way elsewhere as soon as they are committed
            if (!checkpoints.advance(handlers.name(), from, batch, !participation.hasAppended())) {
                throw new CheckpointMovedException(handlers.name(), from);
            }
        });
        checkpoint = from.at(batch.nextPosition());
    }

    @Override
    public long flushInNanos() {
        return Long.MAX_VALUE;
    }

    @Override
    public void flush() {
        // every batch has brought its checkpoint with it
    }
}
