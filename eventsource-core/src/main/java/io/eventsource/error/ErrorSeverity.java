package io.eventsource.error;

/** How bad an error is, in rising order. */
public enum ErrorSeverity {

    /** Nobody needs to know. */
    LOW,

    /** Somebody should look at it some day. */
    MEDIUM,

    /** Somebody should look at it today. */
    HIGH,

    /** Somebody should look at it now. */
    CRITICAL;

    /**
     * Compares by order, never by name.
     *
     * @param minimum another severity
     * @return whether this is as bad as the other or worse
     */
    public boolean atLeast(ErrorSeverity minimum) {
        return compareTo(minimum) >= 0;
    }
}
