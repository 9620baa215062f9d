package io.eventsource.autoconfigure.pool;

import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import io.eventsource.signal.DedicatedConnections;
import java.util.Properties;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.util.ClassUtils;

/**
 * Where connections come from that are not to be the pool's, because they are kept for ever or because the pool has none left. They are opened
 * with what is known of the pool, or of Boot's connection; only as a last resort by the data source.
 */
public final class ConnectionsBesidePool {

    private static final boolean HIKARI_PRESENT =
            ClassUtils.isPresent("com.zaxxer.hikari.HikariDataSource", ConnectionsBesidePool.class.getClassLoader());

    private ConnectionsBesidePool() {}

    /**
     * Finds where they come from.
     *
     * @param dataSource the pool, or anything else
     * @param details of Boot's connection, or null
     * @param directUrl leads past a pooler to the server, with the same login; null where the pool's own address does
     * @return what opens them
     */
    public static DedicatedConnections beside(
            DataSource dataSource, @Nullable JdbcConnectionDetails details, @Nullable String directUrl) {
        DedicatedConnections likeThePools = HIKARI_PRESENT ? Hikari.beside(dataSource, directUrl) : null;
        if (likeThePools != null) {
            return likeThePools;
        }
        if (details != null) {
            return DedicatedConnections.by(
                    directUrl == null ? details.getJdbcUrl() : directUrl,
                    () -> login(details.getUsername(), details.getPassword()));
        }
        return directUrl == null
                ? DedicatedConnections.from(dataSource)
                : DedicatedConnections.by(directUrl, Properties::new);
    }

    /** How often the pool itself could not open one, where that is counted. */
    static LongSupplier refusals(DataSource dataSource) {
        return HIKARI_PRESENT ? Hikari.refusals(dataSource) : () -> 0;
    }

    private static Properties login(@Nullable String user, @Nullable String password) {
        Properties properties = new Properties();
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        return properties;
    }

    /** Loaded only where there is a HikariCP. */
    private static final class Hikari {

        private Hikari() {}

        private static @Nullable HikariDataSource pool(DataSource dataSource) {
            return DataSourceUnwrapper.unwrap(dataSource, HikariConfigMXBean.class, HikariDataSource.class);
        }

        static LongSupplier refusals(DataSource dataSource) {
            HikariDataSource pool = pool(dataSource);
            return () -> pool == null ? 0 : PoolOpenings.failures(pool);
        }

        static @Nullable DedicatedConnections beside(DataSource dataSource, @Nullable String directUrl) {
            HikariDataSource pool = pool(dataSource);
            String url = pool == null || directUrl != null ? directUrl : pool.getJdbcUrl();
            return pool == null || url == null ? null : DedicatedConnections.by(url, () -> properties(pool));
        }

        /** Asked at each opening: the application may have changed the password. */
        private static Properties properties(HikariDataSource pool) {
            Credentials credentials = pool.getCredentialsProvider() == null
                    ? pool.getCredentials()
                    : pool.getCredentialsProvider().getCredentials();
            Properties properties = new Properties();
            properties.putAll(pool.getDataSourceProperties());
            properties.putAll(login(credentials.getUsername(), credentials.getPassword()));
            return properties;
        }
    }
}
