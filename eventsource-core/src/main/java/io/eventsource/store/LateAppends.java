package io.eventsource.store;

import io.eventsource.event.StoredEvent;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionSynchronizationUtils;

/**
 * The appends of one transaction whose streams have been moved on and whose events are inserted right before its commit.
 * Follows the transaction through suspension and through savepoints: what a rolled-back savepoint undoes is forgotten.
 */
final class LateAppends implements TransactionSynchronization, Ordered {

    /** An append and the version of its first event. */
    record Pending(EncodedAppend append, long firstVersion) {

        Stream<StoredEvent> events() {
            return append.storedEvents(firstVersion);
        }
    }

    private final Object key;
    private final Consumer<List<Pending>> insert;
    private final List<Pending> pending = new ArrayList<>();
    private final IdentityHashMap<Object, Integer> savepoints = new IdentityHashMap<>();
    private boolean inserted;

    private LateAppends(Object key, Consumer<List<Pending>> insert) {
        this.key = key;
        this.insert = insert;
    }

    /**
     * The late appends of the calling thread's transaction.
     *
     * @param key the store that they belong to
     * @return the appends, or null when there are none
     */
    static @Nullable LateAppends current(Object key) {
        return (LateAppends) TransactionSynchronizationManager.getResource(key);
    }

    /**
     * The late appends of the calling thread's transaction, made and tied to it when there are none.
     *
     * @param insert inserts what is pending
     * @return the appends, or null when the transaction is past the point where they would be inserted, or where a
     *     further synchronization would still be called
     */
    static @Nullable LateAppends join(Object key, Consumer<List<Pending>> insert) {
        LateAppends appends = current(key);
        if (appends == null) {
            if (committing()) {
                return null;
            }
            appends = new LateAppends(key, insert);
            TransactionSynchronizationManager.bindResource(key, appends);
            TransactionSynchronizationManager.registerSynchronization(appends);
        }
        return appends.inserted ? null : appends;
    }

    /**
     * Whether the calling code is another synchronization's {@code beforeCommit}: Spring has already listed whom to call
     * then, so that one registered now would be called for everything but the commit.
     */
    private static boolean committing() {
        return !TransactionSynchronizationManager.getSynchronizations().isEmpty()
                && StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                        .walk(frames ->
                                frames.anyMatch(frame -> frame.getMethodName().equals("triggerBeforeCommit")
                                        && frame.getDeclaringClass() == TransactionSynchronizationUtils.class));
    }

    void add(EncodedAppend append, long firstVersion) {
        pending.add(new Pending(append, firstVersion));
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
        savepoints.put(savepoint, pending.size());
    }

    @Override
    public void savepointRollback(Object savepoint) {
        // a savepoint from before the first late append is not known here: all of them came after it
        int kept = savepoints.getOrDefault(savepoint, 0);
        pending.subList(kept, pending.size()).clear();
    }

    @Override
    public void beforeCommit(boolean readOnly) {
        inserted = true;
        if (!pending.isEmpty()) {
            insert.accept(List.copyOf(pending));
        }
    }

    @Override
    public void afterCompletion(int status) {
        TransactionSynchronizationManager.unbindResourceIfPossible(key);
    }
}
