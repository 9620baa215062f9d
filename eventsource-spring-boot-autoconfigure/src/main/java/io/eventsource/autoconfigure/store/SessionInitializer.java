package io.eventsource.autoconfigure.store;

import io.eventsource.autoconfigure.pool.PoolProperties;
import io.eventsource.autoconfigure.pool.PoolerCheck;
import io.eventsource.autoconfigure.pool.PoolerCheck.PoolerMode;
import io.eventsource.autoconfigure.pool.Pools;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.dao.DataAccessException;

/** Asks, before anything else asks the database, whether the connections lead to sessions as they were declared. */
final class SessionInitializer implements InitializingBean {

    private static final Logger log = LoggerFactory.getLogger(SessionInitializer.class);

    private final DataSource dataSource;
    private final PoolProperties pool;
    private final boolean migrating;
    private final GroundCheck ground;

    SessionInitializer(DataSource dataSource, PoolProperties pool, boolean migrating, GroundCheck ground) {
        this.dataSource = dataSource;
        this.ground = ground;
        this.pool = pool;
        this.migrating = migrating;
    }

    @Override
    public void afterPropertiesSet() {
        if (pool.enabled()) {
            Pools.evictSessionsOfDemotedServers(dataSource);
        }
        PoolerMode pooler = pool.pooler();
        try {
            if (ground.checkServer().behindPooler()) {
                new PoolerCheck(dataSource, pooler).verify();
            }
        } catch (DataAccessException failure) {
            if (migrating) {
                throw failure;
            }
            // an application that makes no tables may start before its database
            log.warn("Cannot tell whether a pooler stands before the database: it does not answer", failure);
        }
    }
}
