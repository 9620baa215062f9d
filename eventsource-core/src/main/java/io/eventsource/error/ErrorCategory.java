package io.eventsource.error;

/** What kind of error it was, which decides what is done next. */
public enum ErrorCategory {

    /** It passes by itself: a deadlock, a lock or a time that ran out. Tried again with growing pauses. */
    TRANSIENT,

    /** The same event fails in the same way each time: bad data, an event that cannot be decoded. Not tried again. */
    PERMANENT,

    /**
     * Something that every event needs is away or not as it must be: the database, the network, a table, a right, a class. The event is not at
     * fault and is never parked for it; reading stops until the same attempt works.
     */
    INFRASTRUCTURE,

    /** The handler's code is at fault. Tried again with growing pauses, a limited number of times. */
    APPLICATION,

    /** Nobody has said. Treated as the handler's fault. */
    UNKNOWN
}
