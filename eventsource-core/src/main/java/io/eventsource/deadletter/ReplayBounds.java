package io.eventsource.deadletter;

/** What keeps the handling of a dead letter or a message from going on for ever and from holding locks while its client is silent. */
@FunctionalInterface
public interface ReplayBounds {

    /** Handling may take as long as it does. */
    ReplayBounds NONE = Runnable::run;

    /**
     * Handles a dead letter or messages, in the transaction of the event store's data source that is to close or record them.
     *
     * @param handling what to run, in this thread
     * @throws RuntimeException what the handling throws, or that it has taken too long
     */
    void run(Runnable handling);
}
