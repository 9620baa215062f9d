package io.eventsource.store;

import javax.sql.DataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Whether the calling thread is inside a Spring transaction on a data source, whoever manages it
 * ({@code JdbcTransactionManager}, {@code JpaTransactionManager}, …). Thread-safe.
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

    static DataSource target(DataSource dataSource) {
        DataSource target =
                dataSource instanceof TransactionAwareDataSourceProxy proxy ? proxy.getTargetDataSource() : dataSource;
        return target == null ? dataSource : target;
    }

    /**
     * Whether a connection of this data source is bound to the calling thread. That is so in a transaction, and also in its
     * after-commit callbacks and in a {@code SUPPORTS} scope that has used one.
     *
     * @return whether there is one
     */
    public boolean active() {
        return TransactionSynchronizationManager.hasResource(dataSource);
    }
}
