package io.eventsource.store;

import java.time.Duration;

/**
 * How a store appends.
 *
 * @param appendTiming when an append inside a Spring transaction is checked and its events are inserted
 * @param idleInTransactionTimeout how long a client may hang between an insert right before the commit and this commit before the server
 *     ends its session, 1 ms to 24 days
 * @param groupCommit whether appends of concurrent callers outside a transaction share statements and commits
 */
public record EventStoreSettings(AppendTiming appendTiming, Duration idleInTransactionTimeout, boolean groupCommit) {

    private static final Duration SHORTEST = Duration.ofMillis(1);

    /** What PostgreSQL's timeouts can hold. */
    private static final Duration LONGEST = Duration.ofMillis(Integer.MAX_VALUE);

    /**
     * Checks the timeout.
     *
     * @throws IllegalArgumentException naming the property that is out of bounds
     */
    public EventStoreSettings {
        if (idleInTransactionTimeout.compareTo(SHORTEST) < 0 || idleInTransactionTimeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "eventsource.append.idle-in-transaction-timeout must be 1 ms to 24 days, but it is "
                            + idleInTransactionTimeout);
        }
    }

    /** When an append inside a Spring transaction is checked and its events are inserted. */
    public enum AppendTiming {
        /**
         * The stream is checked and moved on at once, so that a conflict surfaces where the append stands; the events are
         * inserted right before the commit, so that a slow transaction holds back nobody's reading for longer than its commit
         * takes. Positions are not known before that.
         */
        DEFERRED,
        /**
         * An append that expects an exact version, or no stream, is sent right before the commit: the check and the events in one
         * statement, one round trip less. A conflict surfaces at the commit, as that of a version column does, and rolls the transaction
         * back. Until then nothing of it is in the database, and nobody waits for its stream. Whatever needs to know more sends what is
         * pending at once, as {@link #DEFERRED} does: a read of the stream in the same transaction, a second append to it, an append with
         * another expectation or to several streams. So does an append id of the caller's own. Savepoints must be rolled back through Spring, and
         * commits left to it: what the connection itself undoes or commits is not noticed.
         */
        AT_COMMIT,
        /**
         * The events are inserted at once. Positions are known at once, and the log's tail waits for the whole transaction,
         * however long that hangs: no timeout is set.
         */
        IMMEDIATE
    }
}
