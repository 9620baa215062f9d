package io.eventsource.batch;

import io.eventsource.EventSourceException;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassification.ClassifiedError;
import io.eventsource.jdbc.TransactionParticipation;
import java.io.Serial;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The transaction that a batch has begun on a data source, as the calling thread saw it before the handlers: when they return, it must be
 * the one that will be committed. Asks the thread, the connection object and the driver, never the server. Used by the thread of the batch.
 *
 * <p>It sees a handler that leaves another transaction open, marks the batch's for rollback, switches auto-commit on, or ends the
 * transaction on the connection itself as its last act. A transaction that is ended and followed by further statements looks like the old one here: {@link #MARK} tells the
 * two apart, where the batch has a last statement.
 */
public final class BatchTransaction {

    /** A setting that the first statement of a batch makes in its transaction, and that ends with it. */
    public static final String MARK = "eventsource.batch";

    private final String handlers;
    private final DataSource dataSource;
    private final TransactionStatus status;
    private final @Nullable Object resource;
    private final @Nullable String name;

    private BatchTransaction(String handlers, DataSource dataSource, TransactionStatus status) {
        this.handlers = handlers;
        this.dataSource = TransactionParticipation.target(dataSource);
        this.status = status;
        this.resource = TransactionSynchronizationManager.getResource(this.dataSource);
        this.name = TransactionSynchronizationManager.getCurrentTransactionName();
    }

    /**
     * The transaction that the calling thread is in.
     *
     * @param handlers whose batch it is, for messages
     * @param dataSource the data source of the checkpoint, of the inbox or of the dead letter
     * @param status the transaction that was begun for the batch
     * @return the transaction
     */
    public static BatchTransaction current(String handlers, DataSource dataSource, TransactionStatus status) {
        return new BatchTransaction(handlers, dataSource, status);
    }

    /**
     * Transactions that fail with what their work has failed with. Where the rollback fails as well, because the server has ended the session
     * for instance, Spring's templates throw the failure of the rollback, and nobody learns of the cause. Here it is suppressed in the cause.
     *
     * @param transactions what runs the work
     * @return the same transactions, keeping the cause
     */
    public static TransactionOperations keepingCause(TransactionOperations transactions) {
        return new WorkTransactions(transactions);
    }

    /**
     * To be called when the handlers have returned, in the same thread.
     *
     * @throws HandlerOutsideBatchException when the transaction is not the one that the batch has begun, or can no longer be committed
     */
    public void requireIntact() {
        // the same name object, not an equal one: each batch's manager has a name of its own
        if (TransactionSynchronizationManager.getResource(dataSource) != resource
                || !same(TransactionSynchronizationManager.getCurrentTransactionName(), name)) {
            restore();
            throw outside("began another transaction and left it open. Handlers may use the batch's transaction only.");
        }
        if (status.isRollbackOnly()) {
            throw HandlerOutsideBatchException.rollbackOnly(
                    "A handler of '%s' returned normally, but the batch's transaction is marked for rollback: something that takes part in it failed or called setRollbackOnly, and the exception was caught. Let the exception through, or run what may fail in a transaction of its own."
                            .formatted(handlers));
        }
        Connection connection = DataSourceUtils.getConnection(dataSource);
        try {
            requireOpen(connection);
        } catch (SQLException failure) {
            throw new CannotGetJdbcConnectionException("Cannot tell whether the batch's transaction is open", failure);
        } finally {
            DataSourceUtils.releaseConnection(connection, dataSource);
        }
    }

    /**
     * Runs handlers in this thread so that {@link #requireIntactAfterCall()} looks at this transaction. For batches without a last statement.
     *
     * @param handling calls the handlers
     */
    public void watchCalls(Runnable handling) {
        TransactionSynchronizationManager.bindResource(BatchTransaction.class, this);
        try {
            handling.run();
        } finally {
            TransactionSynchronizationManager.unbindResource(BatchTransaction.class);
        }
    }

    /**
     * To be called after each call of a handler: as {@link #requireIntact()} for the batch of {@link #watchCalls(Runnable)} that the
     * calling thread is in, if any.
     *
     * @throws HandlerOutsideBatchException as {@link #requireIntact()}
     */
    public static void requireIntactAfterCall() {
        if (TransactionSynchronizationManager.getResource(BatchTransaction.class) instanceof BatchTransaction begun) {
            begun.requireIntact();
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private static boolean same(@Nullable String one, @Nullable String other) {
        return one == other;
    }

    /** So that the batch's transaction can be rolled back; what the handler has left open is rolled back by the pool. */
    private void restore() {
        Object other = TransactionSynchronizationManager.unbindResourceIfPossible(dataSource);
        if (resource != null) {
            TransactionSynchronizationManager.bindResource(dataSource, resource);
        }
        if (other != resource && other instanceof ConnectionHolder left) {
            JdbcUtils.closeConnection(left.getConnection());
        }
        TransactionSynchronizationManager.setCurrentTransactionName(name);
        TransactionSynchronizationManager.setActualTransactionActive(true);
    }

    private void requireOpen(Connection connection) throws SQLException {
        if (connection.getAutoCommit()) {
            // what is left can be rolled back only without
            connection.setAutoCommit(false);
            throw outside(
                    "switched auto-commit on, so that what was written is committed apart from the checkpoint. Leave the connection's settings alone.");
        }
        if (connection.isWrapperFor(BaseConnection.class)
                && connection.unwrap(BaseConnection.class).getTransactionState() == TransactionState.IDLE) {
            throw ended();
        }
    }

    /**
     * That a batch's transaction is over although its batch is not, as the missing {@link #MARK} shows.
     *
     * @return what to throw
     */
    public HandlerOutsideBatchException ended() {
        return outside(
                "committed or rolled back the batch's transaction on the connection itself. Remove commit, rollback and setAutoCommit: the batch ends the transaction.");
    }

    private HandlerOutsideBatchException outside(String what) {
        return HandlerOutsideBatchException.byHandler("A handler of '%s' %s".formatted(handlers, what));
    }

    /**
     * A handler did not run inside its batch: in another thread, in another transaction, not at all, or it ended the batch's transaction
     * itself. The batch is rolled back and its checkpoint does not move.
     */
    public static final class HandlerOutsideBatchException extends EventSourceException implements ClassifiedError {

        @Serial
        private static final long serialVersionUID = 1L;

        private final ErrorClassification.Category category;

        private HandlerOutsideBatchException(String message, ErrorClassification.Category category) {
            super(message);
            this.category = category;
        }

        /**
         * Something around the handler took it out of the batch, as it would with every event. No event is at fault: none is parked, and the
         * subscription waits with growing pauses until the application is mended.
         *
         * @param message which handler, what happened to it, and what to do
         * @return the exception
         */
        public static HandlerOutsideBatchException aroundHandler(String message) {
            return new HandlerOutsideBatchException(message, ErrorClassification.Category.INFRASTRUCTURE);
        }

        /**
         * The handler's own code had the batch's transaction marked for rollback and returned normally. Nothing of it is left behind: the event is
         * tried again as after any error of the handler.
         *
         * @param message whose handler, what happened to the transaction, and what to do
         * @return the exception
         */
        public static HandlerOutsideBatchException rollbackOnly(String message) {
            return new HandlerOutsideBatchException(message, ErrorClassification.Category.APPLICATION);
        }

        /**
         * The handler's own code ended or left the batch's transaction. The event is not tried again, since each attempt may leave
         * effects behind: it is parked, or the subscription stops there.
         *
         * @param message whose handler, what happened to the transaction, and what to do
         * @return the exception
         */
        public static HandlerOutsideBatchException byHandler(String message) {
            return new HandlerOutsideBatchException(message, ErrorClassification.Category.PERMANENT);
        }

        @Override
        public ErrorClassification classification() {
            return new ErrorClassification(category, ErrorClassification.Severity.CRITICAL);
        }
    }
}
