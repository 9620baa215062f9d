package io.eventsource.error;

/**
 * What an error is taken for.
 *
 * @param category what kind it is
 * @param severity how bad it is
 */
public record ErrorClassification(Category category, Severity severity) {

    /** Nobody has said. */
    public static final ErrorClassification UNKNOWN = new ErrorClassification(Category.UNKNOWN, Severity.MEDIUM);

    /** What kind of error it was, which decides what is done next. */
    public enum Category {

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

    /** How bad an error is, in rising order. */
    public enum Severity {

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
        public boolean atLeast(Severity minimum) {
            return compareTo(minimum) >= 0;
        }
    }

    /** An exception that says itself what it is to be taken for. */
    public interface ClassifiedError {

        /**
         * What it is to be taken for.
         *
         * @return category and severity
         */
        ErrorClassification classification();
    }
}
