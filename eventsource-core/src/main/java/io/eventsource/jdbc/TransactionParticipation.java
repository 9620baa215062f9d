package io.eventsource.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionSynchronizationUtils;

/**
 * Whether the calling thread is inside a Spring transaction on a data source, whoever manages it
 * ({@code JdbcTransactionManager}, {@code JpaTransactionManager}, …), and in which phase of it. Thread-safe.
 */
public final class TransactionParticipation {

    private final DataSource dataSource;

    /**
     * Creates a view of the calling thread's transactions.
     *
     * @param dataSource the data source, or a transaction-aware proxy of it
     */
    public TransactionParticipation(DataSource dataSource) {
        this.dataSource = target(dataSource);
    }

    /**
     * The data source that transactions are bound to.
     *
     * @param dataSource a data source, or a transaction-aware proxy of it
     * @return the data source behind the proxy
     */
    public static DataSource target(DataSource dataSource) {
        DataSource target =
                dataSource instanceof TransactionAwareDataSourceProxy proxy ? proxy.getTargetDataSource() : dataSource;
        return target == null ? dataSource : target;
    }

    /**
     * Whether there is a transaction on this data source. A connection that is merely kept for a scope without a
     * transaction, or for a transaction of another data source, is none.
     *
     * @return whether what the calling thread writes is committed by somebody else
     */
    public boolean active() {
        if (!TransactionSynchronizationManager.hasResource(dataSource)) {
            return false;
        }
        boolean transaction = TransactionSynchronizationManager.isActualTransactionActive();
        // without synchronization, a manager that does not synchronize says so by not announcing its transaction either
        if (TransactionSynchronizationManager.isSynchronizationActive() != transaction) {
            return false;
        }
        Connection connection = DataSourceUtils.getConnection(dataSource);
        try {
            return !connection.getAutoCommit();
        } catch (SQLException failure) {
            throw new CannotGetJdbcConnectionException("Cannot tell whether a transaction is open", failure);
        } finally {
            DataSourceUtils.releaseConnection(connection, dataSource);
        }
    }

    /**
     * Whether there is a transaction on this data source that is still to be committed: {@link #active()}, and not in an
     * after-commit or after-completion callback of it.
     *
     * @return whether what the calling thread writes now takes part in a transaction
     */
    public boolean running() {
        return active() && phase() != Phase.OVER;
    }

    /** Where in its life the calling thread's transaction may be. */
    public enum Phase {
        /** It is running, and a synchronization registered now is called before its commit. */
        RUNNING,
        /** It is running, but a synchronization registered now may come too late. */
        COMMITTING,
        /** It is over, although its resources are still bound. */
        OVER
    }

    /**
     * The phase, told from the synchronization callback that the calling code runs in, if any. Spring lists the
     * synchronizations to call when a phase begins, and keeps a transaction's resources bound until all are called; nothing
     * else tells the phases apart. A transaction that was begun inside another's callback counts as committing, which costs
     * it nothing but deferred inserts.
     *
     * @return the phase of the calling thread's transaction, whichever it is
     */
    public static Phase phase() {
        if (TransactionSynchronizationManager.isSynchronizationActive()
                && TransactionSynchronizationManager.getSynchronizations().isEmpty()) {
            return Phase.RUNNING;
        }
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                .walk(frames -> {
                    boolean scopeInBetween = false;
                    for (var frame : (Iterable<StackWalker.StackFrame>) frames::iterator) {
                        String method = frame.getMethodName();
                        if (frame.getDeclaringClass() == TransactionSynchronizationUtils.class) {
                            boolean over = method.endsWith("AfterCommit") || method.endsWith("AfterCompletion");
                            return over && !scopeInBetween ? Phase.OVER : Phase.COMMITTING;
                        }
                        scopeInBetween |= opensTransactionalScope(frame.getDeclaringClass());
                    }
                    return Phase.RUNNING;
                });
    }

    private static boolean opensTransactionalScope(Class<?> type) {
        return TransactionOperations.class.isAssignableFrom(type)
                || TransactionAspectSupport.class.isAssignableFrom(type);
    }
}
