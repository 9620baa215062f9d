package io.eventsource.error;

/**
 * Hears of errors while events are handled. Beans of this type hear of all subscriptions' errors; {@link #atLeast} and
 * {@link #of} make one that hears of some.
 */
@FunctionalInterface
public interface ErrorListener {

    /**
     * An event, or reading events, has failed. Called in the subscription's thread, which waits, outside a transaction: after the one
     * that failed is rolled back, or when the event has been parked. What this throws is logged and otherwise without effect.
     *
     * @param error what failed, how, and what is done next
     */
    void failed(ErrorInfo error);

    /**
     * A listener that hears of what is bad enough.
     *
     * @param minimum the lowest severity
     * @param listener who hears
     * @return the listener to register
     */
    static ErrorListener atLeast(ErrorClassification.Severity minimum, ErrorListener listener) {
        return error -> {
            if (error.severity().atLeast(minimum)) {
                listener.failed(error);
            }
        };
    }

    /**
     * A listener that hears of one kind of errors.
     *
     * @param category the kind
     * @param listener who hears
     * @return the listener to register
     */
    static ErrorListener of(ErrorClassification.Category category, ErrorListener listener) {
        return error -> {
            if (error.category() == category) {
                listener.failed(error);
            }
        };
    }
}
