package io.eventsource.autoconfigure.pool;

import io.eventsource.EventSourceException;
import java.io.Serial;

/** The pooler in front of the database does not do what the store needs, or is not the one that was declared. */
final class PoolerMismatchException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    /** What was found. */
    enum Reason {
        /** Sessions are shared, and nobody has declared it. */
        SESSIONS_SHARED,
        /** Sessions are shared, and the driver names its prepared statements, which other connections then meet. */
        STATEMENTS_NAMED,
        /** Each statement gets another session: there are no transactions. */
        NO_TRANSACTIONS,
        /** Sessions are shared, and another isolation level than READ COMMITTED is their default, which would have to be set in each. */
        ISOLATION
    }

    /** Which of them. */
    private final Reason reason;

    PoolerMismatchException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /**
     * What was found.
     *
     * @return the reason
     */
    Reason reason() {
        return reason;
    }
}
