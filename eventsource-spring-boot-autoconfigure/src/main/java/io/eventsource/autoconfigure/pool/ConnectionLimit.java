package io.eventsource.autoconfigure.pool;

import java.util.Objects;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * How many connections a server lets applications have.
 *
 * @param maxConnections the server's {@code max_connections}
 * @param keptFree how many of them are left to administrators: a tenth, or what the server reserves for them if that is more
 * @param usable how many all instances may hold together: the rest, or what the server allows the role or the database if
 *     that is less
 */
record ConnectionLimit(int maxConnections, int keptFree, int usable) {

    /** A role's or a database's limit is -1 where there is none, and counts for nobody but them. */
    private static final String LIMITS =
            """
            SELECT current_setting('max_connections')::int,
                   current_setting('superuser_reserved_connections')::int
                     + coalesce(current_setting('reserved_connections', true), '0')::int,
                   coalesce((SELECT least(nullif(r.rolconnlimit, -1), nullif(d.datconnlimit, -1))
                               FROM pg_catalog.pg_roles AS r, pg_catalog.pg_database AS d
                              WHERE r.rolname = current_user AND d.datname = current_database()), 2147483647)""";

    private static final double ADMINISTRATORS = 0.1;

    /**
     * Asks the server, in one statement.
     *
     * @param dataSource leads to the server
     * @return what it grants
     * @throws org.springframework.dao.DataAccessException when the server cannot be asked
     */
    static ConnectionLimit of(DataSource dataSource) {
        return Objects.requireNonNull(new JdbcTemplate(dataSource)
                .queryForObject(LIMITS, (row, number) -> of(row.getInt(1), row.getInt(2), row.getInt(3))));
    }

    /** The limit that settings of a server make. */
    static ConnectionLimit of(int maxConnections, int reserved, int ofRoleAndDatabase) {
        int keptFree = Math.max((int) Math.ceil(maxConnections * ADMINISTRATORS), reserved);
        return new ConnectionLimit(maxConnections, keptFree, Math.min(maxConnections - keptFree, ofRoleAndDatabase));
    }

    /**
     * How many connections the instances of an application take from a server when all are busy.
     *
     * @param instances how many instances run at the same time, 1 or more
     * @param poolSize how many connections each one's pool holds at most
     * @param besides how many connections each one holds beside its pool
     */
    record Demand(int instances, int poolSize, int besides) {

        /**
         * Checks the bounds.
         *
         * @throws IllegalArgumentException when there are no instances
         */
        public Demand {
            if (instances < 1) {
                throw new IllegalArgumentException("There must be 1 instance or more, but there are " + instances);
            }
        }

        /**
         * What all instances take together.
         *
         * @return the number of connections
         */
        public long total() {
            return (long) instances * (poolSize + besides);
        }

        /**
         * Whether the server can serve all of them.
         *
         * @param limit what the server grants
         * @return whether it is enough
         */
        public boolean fits(ConnectionLimit limit) {
            return total() <= limit.usable();
        }

        /**
         * The largest pool that each instance may have.
         *
         * @param limit what the server grants
         * @return the number of connections; 0 or less when there are too many instances for any pool
         */
        public int largestPool(ConnectionLimit limit) {
            return limit.usable() / instances - besides;
        }
    }
}
