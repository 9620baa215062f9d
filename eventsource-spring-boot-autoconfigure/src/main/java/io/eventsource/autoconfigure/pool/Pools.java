package io.eventsource.autoconfigure.pool;

import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.eventsource.jdbc.DemotedServerEviction;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.ClassUtils;

/** What is done to the store's pool where it is one of HikariCP. */
public final class Pools {

    private static final boolean HIKARI_PRESENT =
            ClassUtils.isPresent("com.zaxxer.hikari.HikariDataSource", Pools.class.getClassLoader());

    private static final Logger log = LoggerFactory.getLogger(Pools.class);

    private Pools() {}

    /**
     * Has a pool that has not been asked for a connection drop those of demoted servers, unless the application decides that itself.
     *
     * @param dataSource the pool, or anything else
     */
    public static void evictSessionsOfDemotedServers(DataSource dataSource) {
        if (HIKARI_PRESENT) {
            Hikari.evictSessionsOfDemotedServers(dataSource);
        }
    }

    /**
     * Has a pool open all of its connections anew, those in use when they come back, when the server takes no writes, provided that the pool
     * does not drop such connections itself: it was running before the library saw it. Asks only then.
     *
     * @param dataSource the pool, or anything else
     */
    public static void renewWhereReadOnly(DataSource dataSource) {
        if (HIKARI_PRESENT) {
            Hikari.renewWhereReadOnly(dataSource);
        }
    }

    /**
     * Whether a pool has no connection left to give. Asks the pool, and nobody else.
     *
     * @param dataSource the pool, or anything else
     * @return a clause that says how many are in use and how many callers wait, or null where there is one left or nobody knows
     */
    public static @Nullable String exhausted(DataSource dataSource) {
        return HIKARI_PRESENT ? Hikari.exhausted(dataSource) : null;
    }

    /** Loaded only where there is a HikariCP. */
    private static final class Hikari {

        private static final String READ_ONLY = "SELECT pg_catalog.current_setting('transaction_read_only')";

        private Hikari() {}

        private static @Nullable HikariDataSource pool(DataSource dataSource) {
            return DataSourceUnwrapper.unwrap(dataSource, HikariConfigMXBean.class, HikariDataSource.class);
        }

        static void evictSessionsOfDemotedServers(DataSource dataSource) {
            HikariDataSource pool = pool(dataSource);
            if (pool == null || pool.getExceptionOverride() != null) {
                return;
            }
            if (pool.isRunning() || pool.isClosed()) {
                log.info(
                        "The pool '{}' was running before the library saw it and keeps connections to a server that takes no writes any more. Give its HikariConfig an exceptionOverride: new {}()",
                        pool.getPoolName(),
                        DemotedServerEviction.class.getName());
            } else {
                pool.setExceptionOverride(new DemotedServerEviction());
            }
        }

        static @Nullable String exhausted(DataSource dataSource) {
            HikariDataSource pool = pool(dataSource);
            HikariPoolMXBean running = pool == null ? null : pool.getHikariPoolMXBean();
            if (pool == null || running == null || running.getActiveConnections() < pool.getMaximumPoolSize()) {
                return null;
            }
            return "all %d connections of the pool are in use, and %d callers wait for one"
                    .formatted(pool.getMaximumPoolSize(), running.getThreadsAwaitingConnection());
        }

        static void renewWhereReadOnly(DataSource dataSource) {
            HikariDataSource pool = pool(dataSource);
            HikariPoolMXBean running = pool == null ? null : pool.getHikariPoolMXBean();
            if (pool != null
                    && running != null
                    && pool.getExceptionOverride() == null
                    && "on".equals(new JdbcTemplate(dataSource).queryForObject(READ_ONLY, String.class))) {
                running.softEvictConnections();
            }
        }
    }
}
