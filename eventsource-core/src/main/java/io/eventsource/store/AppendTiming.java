package io.eventsource.store;

/** When an append inside a Spring transaction inserts its events. */
public enum AppendTiming {
    /**
     * The stream is checked and moved on at once, so that a conflict surfaces where the append stands; the events are
     * inserted right before the commit, so that a slow transaction holds back nobody's reading for longer than its commit
     * takes. Positions are not known before that.
     */
    LATE,
    /** The events are inserted at once. Positions are known at once, and the log's tail waits for the whole transaction. */
    IMMEDIATE
}
