package io.eventsource.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * JDBC that has nothing to do with the calling thread's transaction: each operation takes a connection of its own, commits
 * by itself and gives the connection back at once. Spring would keep it until the surrounding transaction ends, and so two
 * connections for each caller.
 */
public final class DetachedJdbc {

    private DetachedJdbc() {}

    /**
     * JDBC of this kind on a data source.
     *
     * @param dataSource the data source, or a transaction-aware proxy of it
     * @return the operations, thread-safe
     */
    public static JdbcOperations on(DataSource dataSource) {
        JdbcOperations target = new UnguardedJdbcTemplate(new DetachedDataSource(dataSource));
        return (JdbcOperations) Proxy.newProxyInstance(
                DetachedJdbc.class.getClassLoader(),
                new Class<?>[] {JdbcOperations.class},
                (proxy, method, arguments) -> {
                    try {
                        return withoutSynchronization(() -> method.invoke(target, arguments));
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getTargetException();
                    }
                });
    }

    private static Object withoutSynchronization(Callable<Object> operation) throws Exception {
        if (!TransactionSynchronizationManager.isSynchronizationActive()) {
            return operation.call();
        }
        List<TransactionSynchronization> kept = TransactionSynchronizationManager.getSynchronizations();
        TransactionSynchronizationManager.clearSynchronization();
        try {
            return operation.call();
        } finally {
            TransactionSynchronizationManager.initSynchronization();
            kept.forEach(TransactionSynchronizationManager::registerSynchronization);
        }
    }
}
