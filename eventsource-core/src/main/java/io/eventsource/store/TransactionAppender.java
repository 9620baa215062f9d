package io.eventsource.store;

import io.eventsource.event.StoredEvent;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.jdbc.TransactionParticipation.Phase;
import io.eventsource.log.HighWaterMark;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.EventStoreSettings.AppendTiming;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.IdGenerator;

/** Appends in the calling thread's transaction: deferred where that is possible and wanted, otherwise at once. Thread-safe. */
final class TransactionAppender {

    /** Tells this store's deferred appends from those of other stores in one transaction. */
    private final Object key = new Object();

    private final TransactionParticipation participation;
    private final TransactionAppends transactionAppends;
    private final AppendStatements statements;
    private final DeferredInserts deferredInserts;
    private final LogSignal signal;
    private final AppendTiming timing;
    private final IdGenerator ids;

    TransactionAppender(
            EventDatabase database,
            AppendStatements statements,
            HighWaterMark highWaterMark,
            LogSignal signal,
            EventStoreSettings settings,
            IdGenerator ids) {
        this.participation = new TransactionParticipation(database.dataSource());
        this.transactionAppends = new TransactionAppends(database.dataSource());
        this.statements = statements;
        this.deferredInserts =
                new DeferredInserts(database, highWaterMark, signal, settings.idleInTransactionTimeout());
        this.signal = signal;
        this.ids = ids;
        this.timing = settings.appendTiming();
    }

    /** Where in its life the transaction is that would commit what is appended now; over when there is none. */
    Phase phase() {
        if (!participation.active()) {
            return Phase.OVER;
        }
        DeferredAppends appends = DeferredAppends.current(key);
        return appends != null && appends.open() ? Phase.RUNNING : TransactionParticipation.phase();
    }

    /** Appends in a transaction that is in this phase of its life, and not over. */
    List<AppendResult> append(List<EncodedAppend> appends, Phase phase) {
        DeferredAppends pending = deferredAppends(phase);
        if (pending == null) {
            List<AppendResult> results = AppendOutcome.results(appends, statements.appendJoining(appends));
            transactionAppends.mark();
            signal.raiseAfterCommit();
            return results;
        }
        if (timing == AppendTiming.AT_COMMIT
                && appends.size() == 1
                && appends.get(0).append().appendId() == null) {
            AppendResult expected = pending.addUnchecked(appends.get(0));
            if (expected != null) {
                return List.of(expected);
            }
        }
        advanceUnchecked(pending);
        DeferredAppendSql.Advanced advanced = deferredInserts.advance(appends, pending.mark());
        List<AppendResult> results = AppendOutcome.results(appends, advanced.outcomes());
        for (int i = 0; i < appends.size(); i++) {
            if (!results.get(i).duplicate()) {
                pending.add(appends.get(i), results.get(i).firstVersion(), advanced.marked());
            }
        }
        return results;
    }

    /** Checks and moves on the streams that the commit was to check. */
    private void advanceUnchecked(DeferredAppends pending) {
        List<EncodedAppend> unchecked = pending.unchecked();
        if (!unchecked.isEmpty()) {
            AppendOutcome.requireAccepted(
                    unchecked,
                    deferredInserts.advance(unchecked, pending.mark()).outcomes());
        }
        pending.advanced();
    }

    /** The deferred appends of the transaction, or null when its events have to be inserted at once. */
    private @Nullable DeferredAppends deferredAppends(Phase phase) {
        if (phase != Phase.RUNNING
                || timing == AppendTiming.IMMEDIATE
                || !TransactionSynchronizationManager.isSynchronizationActive()) {
            return null;
        }
        DeferredAppends appends = DeferredAppends.current(key);
        return appends == null ? DeferredAppends.begin(key, ids.generateId().toString(), deferredInserts) : appends;
    }

    /**
     * Events of a stream that the transaction has yet to insert. Whoever reads anything of the stream asks this first: if the commit was to
     * check it, it is checked now, so that these events go behind those that are stored.
     *
     * @throws VersionConflictException when a stream is not as an append expected
     */
    List<StoredEvent> pending(UUID aggregateId) {
        DeferredAppends appends = participation.active() ? DeferredAppends.current(key) : null;
        if (appends == null) {
            return List.of();
        }
        List<StoredEvent> events = appends.events(aggregateId);
        if (!events.isEmpty()) {
            advanceUnchecked(appends);
        }
        return events;
    }

    /** Whether the calling thread reads in a transaction. */
    boolean active() {
        return participation.active();
    }
}
