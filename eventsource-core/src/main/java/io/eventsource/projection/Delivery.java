package io.eventsource.projection;

/** How often the effect of an event takes place when something fails in between. */
public enum Delivery {

    /**
     * What the handlers write and the checkpoint commit in one transaction on the event store's data source, so that each
     * event takes effect exactly once. Whatever else a handler does (mail, a broker, another database) may happen again.
     */
    EXACTLY_ONCE,

    /**
     * The handlers write elsewhere, and the checkpoint follows in a transaction of its own: after a failure or a crash events
     * behind the checkpoint are handled again. Handlers tell a repetition by the event's id.
     */
    AT_LEAST_ONCE
}
