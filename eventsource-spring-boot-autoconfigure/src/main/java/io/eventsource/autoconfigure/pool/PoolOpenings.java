package io.eventsource.autoconfigure.pool;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.DriverDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * Opens the connections of a HikariCP pool as the pool itself would, by the URL and the driver's properties, and counts those that cannot be opened.
 * HikariCP tells only of callers that waited in vain, which a pool that is too small has as well. Thread-safe.
 */
final class PoolOpenings extends AbstractDataSource {

    private final HikariConfig pool;
    private final LongAdder failures = new LongAdder();
    private @Nullable DriverDataSource driver;

    private PoolOpenings(HikariConfig pool) {
        this.pool = pool;
    }

    /** Counts from now on, unless the pool is open already or has its connections from elsewhere than a URL. */
    static void count(HikariDataSource pool) {
        boolean byUrl =
                pool.getJdbcUrl() != null && pool.getDataSource() == null && pool.getDataSourceClassName() == null;
        if (byUrl && !pool.isRunning()) {
            pool.setDataSource(new PoolOpenings(pool));
        }
    }

    /** How many connections a pool could not open; 0 where that is not counted. */
    static long failures(HikariDataSource pool) {
        return pool.getDataSource() instanceof PoolOpenings openings ? openings.failures.sum() : 0;
    }

    /** With the first connection: until then, URL and properties may change. */
    private synchronized DriverDataSource driver() {
        DriverDataSource made = driver;
        if (made == null) {
            made = new DriverDataSource(
                    Objects.requireNonNull(pool.getJdbcUrl()),
                    pool.getDriverClassName(),
                    pool.getDataSourceProperties(),
                    null,
                    null);
            driver = made;
        }
        return made;
    }

    private interface Opening {
        Connection open() throws SQLException;
    }

    private Connection counted(Opening opening) throws SQLException {
        try {
            return opening.open();
        } catch (SQLException failure) {
            failures.increment();
            throw failure;
        }
    }

    @Override
    public Connection getConnection() throws SQLException {
        return counted(() -> driver().getConnection());
    }

    @Override
    public Connection getConnection(@Nullable String username, @Nullable String password) throws SQLException {
        return counted(() -> driver().getConnection(username, password));
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return driver().getLoginTimeout();
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        driver().setLoginTimeout(seconds);
    }
}
