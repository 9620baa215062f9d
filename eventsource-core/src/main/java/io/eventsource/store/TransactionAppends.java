package io.eventsource.store;

import io.eventsource.jdbc.TransactionParticipation;
import javax.sql.DataSource;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Whether the calling thread's transaction on a data source has appended events that nobody else sees yet. Thread-safe. */
public final class TransactionAppends {

    private final TransactionParticipation participation;
    private final Key key;

    /**
     * Creates a view of the appends of the calling thread's transactions.
     *
     * @param dataSource the data source, or a transaction-aware proxy of it
     */
    public TransactionAppends(DataSource dataSource) {
        this.participation = new TransactionParticipation(dataSource);
        this.key = new Key(TransactionParticipation.target(dataSource));
    }

    /**
     * Whether the transaction has appended anything.
     *
     * @return whether there are events, waiting for the commit or inserted
     */
    public boolean any() {
        boolean appended = TransactionSynchronizationManager.hasResource(key)
                || TransactionSynchronizationManager.getResourceMap().values().stream()
                        .anyMatch(each -> each instanceof DeferredAppends deferred && deferred.any());
        return appended && participation.running();
    }

    /** Remembers until the end of the transaction that it has appended. */
    void mark() {
        if (TransactionSynchronizationManager.isSynchronizationActive()
                && !TransactionSynchronizationManager.hasResource(key)) {
            TransactionSynchronizationManager.bindResource(key, true);
            TransactionSynchronizationManager.registerSynchronization(new Mark(key));
        }
    }

    private record Key(DataSource dataSource) {}

    /** Follows the transaction through suspension to its end. */
    private record Mark(Key key) implements TransactionSynchronization {

        @Override
        public void suspend() {
            TransactionSynchronizationManager.unbindResource(key);
        }

        @Override
        public void resume() {
            TransactionSynchronizationManager.bindResource(key, true);
        }

        @Override
        public void afterCompletion(int status) {
            TransactionSynchronizationManager.unbindResourceIfPossible(key);
        }
    }
}
