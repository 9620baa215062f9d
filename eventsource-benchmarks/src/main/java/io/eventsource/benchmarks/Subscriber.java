package io.eventsource.benchmarks;

import java.util.List;

/** A contender whose log is read by subscriptions. */
interface Subscriber {

    /** The name in the report. */
    String name();

    /** Where its log is. */
    Database database();

    /** Empties the log, fills it with streams of ten events, and forgets how far subscriptions are. */
    void reset(int events);

    /** Forgets how far subscriptions are. */
    void forget();

    /**
     * Starts subscriptions at the beginning of the log, or where they were.
     *
     * @param handlers one for each subscription
     */
    LiveLog start(List<? extends LineHandler> handlers);

    /**
     * Starts subscriptions, works, and stops them.
     *
     * @param handlers one for each subscription
     * @param work what to do meanwhile
     */
    default <T> T during(List<? extends LineHandler> handlers, Work<T> work) throws Exception {
        try (LiveLog log = start(handlers)) {
            return work.with(log);
        }
    }

    /** Done while subscriptions run. */
    interface Work<T> {

        T with(LiveLog log) throws Exception;
    }
}
