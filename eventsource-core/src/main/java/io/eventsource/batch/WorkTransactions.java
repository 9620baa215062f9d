package io.eventsource.batch;

import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Transactions that fail with what their work has failed with. Where the rollback fails as well, because the server has ended the session for
 * instance, Spring's templates throw the failure of the rollback, and nobody learns of the cause. Here it is suppressed in the cause.
 */
public final class WorkTransactions implements TransactionOperations {

    private final TransactionOperations transactions;

    /**
     * Creates it.
     *
     * @param transactions what runs the work
     */
    public WorkTransactions(TransactionOperations transactions) {
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
