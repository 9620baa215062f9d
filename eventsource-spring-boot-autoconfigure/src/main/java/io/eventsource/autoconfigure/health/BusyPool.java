package io.eventsource.autoconfigure.health;

import io.eventsource.autoconfigure.pool.Pools;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Tells a pool that has no connection left apart from a database that does not answer: while the pool is exhausted, the database is asked past it.
 * Why that matters: callers that wait for a connection are no reason to take an instance out of a load balancer, which would only move them.
 */
final class BusyPool {

    private final DataSource dataSource;
    private final AnswerInTime<Boolean> pastThePool;
    private final Duration timeout;

    BusyPool(DataSource dataSource, AnswerInTime<Boolean> pastThePool, Duration timeout) {
        this.dataSource = dataSource;
        this.pastThePool = pastThePool;
        this.timeout = timeout;
    }

    /**
     * Before the database is asked by the pool.
     *
     * @return why not to ask by the pool, as a clause; null where it has a connection left
     * @throws Exception when the pool has none left and the database does not answer past it either
     */
    @Nullable String beforeAsking() throws Exception {
        return check(timeout);
    }

    /**
     * When the database has not answered by the pool, with little time left.
     *
     * @return that it is the pool's fault, as a clause; null where it is not
     * @throws Exception when the pool has none left and the database does not answer past it either
     */
    @Nullable String afterSilence() throws Exception {
        return check(timeout.dividedBy(4));
    }

    private @Nullable String check(Duration patience) throws Exception {
        String exhausted = Pools.exhausted(dataSource);
        if (exhausted == null) {
            return null;
        }
        if (!pastThePool.get(patience)) {
            throw new DataAccessResourceFailureException(
                    "The database does not answer past the pool either, while %s".formatted(exhausted));
        }
        return exhausted + "; the database answers past it";
    }
}
