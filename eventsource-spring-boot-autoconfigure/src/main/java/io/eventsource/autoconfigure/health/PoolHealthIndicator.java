package io.eventsource.autoconfigure.health;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** How busy the connection pool is at this moment. Asks the pool, not the database. */
final class PoolHealthIndicator extends AbstractHealthIndicator {

    private final HikariDataSource pool;
    private final double threshold;

    PoolHealthIndicator(HikariDataSource pool, double threshold) {
        super("The connection pool cannot be asked");
        this.pool = pool;
        this.threshold = threshold;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        HikariPoolMXBean state = pool.getHikariPoolMXBean();
        // made with the first connection
        int active = state == null ? 0 : state.getActiveConnections();
        int waiting = state == null ? 0 : state.getThreadsAwaitingConnection();
        double saturation = (double) active / pool.getMaximumPoolSize();
        health.up()
                .withDetail("active", active)
                .withDetail("idle", state == null ? 0 : state.getIdleConnections())
                .withDetail("maximum", pool.getMaximumPoolSize())
                .withDetail("waiting", waiting)
                .withDetail("saturation", saturation)
                .withDetail("threshold", threshold);
        if (saturation >= threshold) {
            health.status(Verdict.DEGRADED)
                    .withDetail(
                            "reason",
                            waiting > 0 ? "callers wait for a connection" : "most connections of the pool are in use");
        }
    }
}
