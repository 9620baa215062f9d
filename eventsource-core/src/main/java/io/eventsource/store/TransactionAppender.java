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
    private final boolean deferred;
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
        this.deferred = settings.appendTiming() == AppendTiming.DEFERRED;
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
        DeferredAppendSql.Advanced advanced = deferredInserts.advance(appends, pending.mark());
        List<AppendResult> results = AppendOutcome.results(appends, advanced.outcomes());
        for (int i = 0; i < appends.size(); i++) {
            if (!results.get(i).duplicate()) {
                pending.add(appends.get(i), results.get(i).firstVersion(), advanced.marked());
            }
        }
        return results;
    }

    /** The deferred appends of the transaction, or null when its events have to be inserted at once. */
    private @Nullable DeferredAppends deferredAppends(Phase phase) {
        if (phase != Phase.RUNNING || !deferred || !TransactionSynchronizationManager.isSynchronizationActive()) {
            return null;
        }
        DeferredAppends appends = DeferredAppends.current(key);
        return appends == null ? DeferredAppends.begin(key, ids.generateId().toString(), deferredInserts) : appends;
    }

    /** Events of a stream that the transaction has yet to insert. */
    List<StoredEvent> pending(UUID aggregateId) {
        DeferredAppends appends = participation.active() ? DeferredAppends.current(key) : null;
        return appends == null ? List.of() : appends.events(aggregateId);
    }

    /** Whether the calling thread reads in a transaction. */
    boolean active() {
        return participation.active();
    }
}
