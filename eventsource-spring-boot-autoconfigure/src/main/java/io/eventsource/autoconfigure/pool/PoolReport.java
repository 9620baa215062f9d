package io.eventsource.autoconfigure.pool;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.autoconfigure.pool.PoolerCheck.PoolerMode;
import io.eventsource.failure.FailureText;
import java.time.Duration;
import java.util.Objects;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Logs, once after the start, how the pool is set, without URL and credentials, and whether the server has as many connections
 * as all instances may take. Asks the server in a thread of its own, so that the application is ready without it.
 */
final class PoolReport implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(PoolReport.class);

    private final HikariDataSource pool;
    private final int instances;
    private final PoolerMode pooler;
    private final IntSupplier besides;
    private final IntSupplier others;
    private volatile boolean running;

    /**
     * Creates the report.
     *
     * @param pool the pool
     * @param instances how many instances of the application there are, as far as anybody has said; those that run count if they are more
     * @param pooler what stands before the server; how many connections that opens is not the pools' to say
     * @param besides counts the connections that each instance holds beside its pool
     * @param others counts the other instances that run
     */
    PoolReport(HikariDataSource pool, int instances, PoolerMode pooler, IntSupplier besides, IntSupplier others) {
        this.pool = pool;
        this.instances = instances;
        this.pooler = pooler;
        this.besides = besides;
        this.others = others;
    }

    @Override
    public void start() {
        log.info("{}", settings());
        running = true;
        if (pooler != PoolerMode.NONE) {
            log.info(
                    "A pooler ({}) stands before the server: its default_pool_size and max_client_conn say how many connections there may be",
                    pooler);
            return;
        }
        Thread thread = new Thread(this::compare, "eventsource-pool-report");
        thread.setDaemon(true);
        thread.start();
    }

    private String settings() {
        return "Connection pool '%s': %d to %d connections, connection-timeout %s, max-lifetime %s, idle-timeout %s, isolation %s, application '%s', options '%s', and %d connections beside it"
                .formatted(
                        // one that has not been asked for a connection may have no name yet
                        Objects.requireNonNullElse(pool.getPoolName(), "HikariPool"),
                        pool.getMinimumIdle(),
                        pool.getMaximumPoolSize(),
                        Duration.ofMillis(pool.getConnectionTimeout()),
                        Duration.ofMillis(pool.getMaxLifetime()),
                        Duration.ofMillis(pool.getIdleTimeout()),
                        Objects.requireNonNullElse(pool.getTransactionIsolation(), "of the server"),
                        pool.getDataSourceProperties().getProperty("ApplicationName", ""),
                        pool.getDataSourceProperties().getProperty("options", ""),
                        besides.getAsInt());
    }

    private void compare() {
        try {
            ConnectionLimit limit = ConnectionLimit.of(pool);
            ConnectionLimit.Demand demand = new ConnectionLimit.Demand(
                    Math.max(instances, others.getAsInt() + 1), pool.getMaximumPoolSize(), besides.getAsInt());
            if (demand.fits(limit)) {
                log.info("{}", describe(demand, limit));
            } else {
                log.warn(
                        "{}. {}, or raise max_connections, or set eventsource.pool.instances to how many there are.",
                        describe(demand, limit),
                        remedy(demand.largestPool(limit)));
            }
        } catch (RuntimeException failure) {
            if (isRunning()) {
                log.warn("Cannot tell how many connections the server grants", FailureText.trace(failure));
            } else {
                log.debug(
                        "The application stopped before the server was asked for its connections",
                        FailureText.trace(failure));
            }
        }
    }

    private static String describe(ConnectionLimit.Demand demand, ConnectionLimit limit) {
        return "%d instances may take %d connections, and the server grants %d of %d with %d kept free for administrators"
                .formatted(
                        demand.instances(), demand.total(), limit.usable(), limit.maxConnections(), limit.keptFree());
    }

    private static String remedy(int largestPool) {
        return largestPool > 0
                ? "Give each pool %d connections at most".formatted(largestPool)
                : "Run fewer instances, put a pooler in between";
    }

    @Override
    public void stop() {
        // a late answer is of no use, and nothing waits for it
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
