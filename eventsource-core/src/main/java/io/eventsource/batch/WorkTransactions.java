package io.eventsource.batch;

import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionOperations;

/** Suppresses the failure of a rollback in its cause, see {@link BatchTransaction#keepingCause}. */
final class WorkTransactions implements TransactionOperations {

    private final TransactionOperations transactions;

    WorkTransactions(TransactionOperations transactions) {
        this.transactions = transactions;
    }

    @Override
    public <T> T execute(TransactionCallback<T> action) {
        Throwable[] cause = new Throwable[1];
        try {
            return transactions.execute(status -> {
                try {
                    return action.doInTransaction(status);
                } catch (RuntimeException | Error failure) {
                    cause[0] = failure;
                    throw failure;
                }
            });
        } catch (RuntimeException | Error thrown) {
            Throwable failure = cause[0];
            if (failure == null || failure == thrown) {
                throw thrown;
            }
            failure.addSuppressed(thrown);
            if (failure instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure;
        }
    }
}
