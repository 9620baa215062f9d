package io.eventsource.store;

/** Told of the appends that share a statement and a commit. Thread-safe and quick: it runs in the thread of one of the callers. */
@FunctionalInterface
public interface AppendGroupListener {

    /**
     * A group has been sent to the database and its answer has come; some of its appends may run again on their own.
     *
     * @param appends how many appends were together, 1 or more
     * @param events how many events they had
     */
    void onGroup(int appends, int events);
}
