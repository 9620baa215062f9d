package io.eventsource.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * A view of a data source whose connections never join the surrounding Spring transaction and commit each statement on
 * its own. What reads the log must see only what is committed: a page or a lock table seen from inside somebody's
 * transaction would count that transaction's own events as committed.
 */
final class DetachedDataSource extends DelegatingDataSource {

    DetachedDataSource(DataSource target) {
        super(TransactionParticipation.target(target));
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        // a pool resets this when the connection returns
        if (!connection.getAutoCommit()) {
            connection.setAutoCommit(true);
        }
        return connection;
    }
}
