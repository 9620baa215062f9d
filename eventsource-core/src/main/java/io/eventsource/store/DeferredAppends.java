package io.eventsource.store;

import io.eventsource.event.StoredEvent;
import io.eventsource.store.AppendFailedException.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The appends of one transaction whose events are inserted right before its commit. Either all of their streams have been moved on, or none
 * has, and the commit checks them too. Follows the transaction through suspension and through savepoints: what a rolled-back savepoint undoes is
 * forgotten.
 */
final class DeferredAppends implements TransactionSynchronization, Ordered {

    /** An append and the version of its first event. */
    record Pending(EncodedAppend append, long firstVersion) {

        Stream<StoredEvent> events() {
            return append.storedEvents(firstVersion);
        }
    }

    /** How pending appends are stored. */
    interface Insert {

        /** Inserts them in the transaction that has the mark, or fails. */
        void insert(List<Pending> pending, String mark);

        /** Checks and moves on their streams and inserts them, or fails. */
        void append(List<EncodedAppend> pending);
    }

    private final Object key;
    private final String mark;
    private final Insert insert;
    private final List<Pending> pending = new ArrayList<>();
    private final Map<UUID, Long> lastVersions = new HashMap<>();
    private final IdentityHashMap<Object, Savepoint> savepoints = new IdentityHashMap<>();
    private boolean advanced;
    private boolean inserted;
    private boolean insertedAny;
    private @Nullable AppendFailedException undone;

    /** What a savepoint goes back to. */
    private record Savepoint(int pending, boolean advanced) {

        static final Savepoint BEFORE_ALL = new Savepoint(0, false);
    }

    private DeferredAppends(Object key, String mark, Insert insert) {
        this.key = key;
        this.mark = mark;
        this.insert = insert;
    }

    /**
     * The deferred appends of the calling thread's transaction.
     *
     * @param key the store that they belong to
     * @return the appends, or null when there are none
     */
    static @Nullable DeferredAppends current(Object key) {
        return (DeferredAppends) TransactionSynchronizationManager.getResource(key);
    }

    /** Whether what is added now is still inserted before the commit. */
    boolean open() {
        return !inserted;
    }

    /** Whether the transaction has appended anything that is not undone. */
    boolean any() {
        return insertedAny || !pending.isEmpty();
    }

    /**
     * Ties an empty list of deferred appends to the calling thread's transaction, which must be running.
     *
     * @param mark marks the transaction on the server; no other transaction has the same
     */
    static DeferredAppends begin(Object key, String mark, Insert insert) {
        DeferredAppends appends = new DeferredAppends(key, mark, insert);
        TransactionSynchronizationManager.bindResource(key, appends);
        TransactionSynchronizationManager.registerSynchronization(appends);
        return appends;
    }

    /**
     * Adds an append whose stream has been advanced.
     *
     * @param marked whether the transaction that advanced it has the mark
     * @throws AppendFailedException when an earlier append was undone on the connection itself; the transaction cannot be committed
     */
    void add(EncodedAppend append, long firstVersion, boolean marked) {
        UUID stream = append.append().aggregateId();
        if (undone == null && !marked && !pending.isEmpty()) {
            undone = new AppendFailedException(pending.get(0).append().append(), Reason.TRANSACTION_REPLACED, null);
        } else if (undone == null && lastVersions.getOrDefault(stream, 0L) >= firstVersion) {
            undone = new AppendFailedException(append.append(), Reason.SAVEPOINT_UNDONE, null);
        }
        if (undone != null) {
            throw undone;
        }
        lastVersions.put(stream, firstVersion + append.rows().size() - 1);
        pending.add(new Pending(append, firstVersion));
    }

    /**
     * Adds an append whose stream the commit is to check, where nothing speaks against it.
     *
     * @return what comes of it if the stream is as expected, or null when the stream must be moved on at once
     */
    @Nullable AppendResult addUnchecked(EncodedAppend append) {
        StreamAppend given = append.append();
        if (advanced
                || !(given.expectedVersion() instanceof ExpectedVersion.Exact exact)
                || lastVersions.containsKey(given.aggregateId())) {
            return null;
        }
        long last = exact.version() + append.rows().size();
        lastVersions.put(given.aggregateId(), last);
        pending.add(new Pending(append, exact.version() + 1));
        return AppendOutcome.appended(last).result(given);
    }

    /** The appends whose streams have not been moved on; none when all have. */
    List<EncodedAppend> unchecked() {
        return advanced ? List.of() : pending.stream().map(Pending::append).toList();
    }

    /** From here on streams are moved on at once, as those of all pending appends have been. */
    void advanced() {
        advanced = true;
    }

    /** The mark for the next statement that advances a stream. Where nothing is advanced it is set anew: a savepoint may have undone it. */
    DeferredAppendSql.Mark mark() {
        return new DeferredAppendSql.Mark(mark, pending.isEmpty() || !advanced);
    }

    /** The pending events of a stream by version; they have no position yet. */
    List<StoredEvent> events(UUID aggregateId) {
        return pending.stream()
                .filter(each -> each.append().append().aggregateId().equals(aggregateId))
                .flatMap(Pending::events)
                .toList();
    }

    @Override
    public int getOrder() {
        // behind whatever else still writes before the commit
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void suspend() {
        TransactionSynchronizationManager.unbindResource(key);
    }

    @Override
    public void resume() {
        TransactionSynchronizationManager.bindResource(key, this);
    }

    @Override
    public void savepoint(Object savepoint) {
        savepoints.put(savepoint, new Savepoint(pending.size(), advanced));
    }

    @Override
    public void savepointRollback(Object savepoint) {
        // a savepoint from before the first deferred append is not known here: all of them came after it
        Savepoint kept = savepoints.getOrDefault(savepoint, Savepoint.BEFORE_ALL);
        advanced = kept.advanced();
        pending.subList(kept.pending(), pending.size()).clear();
        lastVersions.clear();
        for (Pending each : pending) {
            lastVersions.put(
                    each.append().append().aggregateId(),
                    each.firstVersion() + each.append().rows().size() - 1);
        }
    }

    @Override
    public void beforeCommit(boolean readOnly) {
        inserted = true;
        if (undone != null) {
            throw undone;
        }
        if (!pending.isEmpty()) {
            insertedAny = true;
            if (advanced) {
                insert.insert(List.copyOf(pending), mark);
            } else {
                insert.append(unchecked());
            }
            pending.clear();
        }
    }

    @Override
    public void afterCompletion(int status) {
        TransactionSynchronizationManager.unbindResourceIfPossible(key);
    }
}
