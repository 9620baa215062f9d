package io.eventsource.subscription;

import io.eventsource.EventSourceException;
import io.eventsource.event.OperatorNote;
import java.io.Serial;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Operates subscriptions: starts and stops them in this process, pauses, resizes and rebuilds them in all. Thread-safe. */
public interface SubscriptionOperations {

    /**
     * Starts all subscriptions that are to start by themselves, and following the high-water mark even when there are none. Returns
     * at once; a database that is out of reach is waited for. Does nothing when started.
     */
    void start();

    /**
     * Starts some subscriptions: this instance takes part in handling their events. Returns at once. Does nothing with those that
     * are started.
     *
     * @param names which
     * @throws IllegalArgumentException when there is none of a name; nothing is started then
     */
    void start(String... names);

    /**
     * Stops all subscriptions: batches that are being handled are finished and committed, and nothing further is read; other
     * instances take over at once. What is not finished in time is interrupted; its transaction is rolled back and its events
     * are handled by another instance or after the next start. Does nothing when not started.
     *
     * @param timeout how long to wait for batches that are being handled
     * @return whether everything was finished in time
     */
    boolean stop(Duration timeout);

    /**
     * Stops one subscription, as {@link #stop(Duration)} stops all.
     *
     * @param name which
     * @param timeout how long to wait for the batches that are being handled
     * @return whether they were finished in time
     * @throws IllegalArgumentException when there is none of that name
     */
    boolean stop(String name, Duration timeout);

    /**
     * Stops all subscriptions, as {@link #stop(Duration)} does, and says what came of it, also in the log. What is interrupted gets
     * half of the time that is left to roll back; segments are given up in the rest of it, for which there are 5 s at least.
     *
     * @param drain how long to wait for batches that are being handled
     * @param total how long all of it may take, not below {@code drain}
     * @return the result; nothing at all when not started
     */
    GracefulShutdown.Result shutDown(Duration drain, Duration total);

    /**
     * Has a subscription finish the batches that it is handling, in this process and all others, and begin no other until it is
     * resumed, also after restarts. Its segments stay where they are. Returns when it is written down; other instances hear of it at
     * once where they are heard, otherwise at their next look. The status says when it is paused here. Commits by itself, whatever
     * transaction the caller is in. Where it is paused already, who paused it first is remembered.
     *
     * @param name which
     * @param by who says so, within the bounds of {@link OperatorNote}
     * @param reason why, within the bounds of {@link OperatorNote}, or null
     * @return whether this has paused it; false where it was paused already
     * @throws IllegalArgumentException when there is none of that name, or a text is out of bounds
     * @throws org.springframework.dao.DataAccessException when the database is out of reach; nothing is paused then
     */
    boolean pause(String name, String by, @Nullable String reason);

    /**
     * As {@link #pause(String, String, String)}, in the name of this instance.
     *
     * @param name which
     * @return whether this has paused it; false where it was paused already
     * @throws IllegalArgumentException when there is none of that name
     * @throws org.springframework.dao.DataAccessException when the database is out of reach; nothing is paused then
     */
    boolean pause(String name);

    /**
     * Lets a subscription go on that is paused, or that has stopped at an event that could not be handled, in all instances.
     *
     * @param name which
     * @param by who says so, within the bounds of {@link OperatorNote}
     * @throws IllegalArgumentException when there is none of that name, or the text is out of bounds
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    void resume(String name, String by);

    /**
     * As {@link #resume(String, String)}, in the name of this instance.
     *
     * @param name which
     * @throws IllegalArgumentException when there is none of that name
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    void resume(String name);

    /**
     * Cuts or merges the segments of a subscription until there are so many, while they are being handled. Cuts take effect at once.
     * Segments that become one first come to the same position: this returns before they have.
     *
     * <p>At its next start, an instance whose settings ask for more segments cuts them again.
     *
     * @param name which
     * @param count how many, 1 to 1,024
     * @throws IllegalArgumentException when there is none of that name, or the number is out of bounds
     * @throws IllegalStateException when it has no segments yet, a merge is under way, or somebody else has just changed them
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    void resize(String name, int count);

    /**
     * Empties the read model of a projection by its {@link io.eventsource.projection.ResetHandler} and has all instances handle the
     * log again, from where the subscription begins. Returns when the projection has been set back. Where a batch and the reset
     * handler lock rows in different orders the server may end either: the reset handler is called again then, a few times.
     *
     * @param name which
     * @throws RebuildRunningException when it is being rebuilt already
     * @throws EventSourceException when it has no reset handler, begins at the end of the log, has no checkpoint yet, or has effects
     *     elsewhere, which this does not repeat
     * @throws IllegalArgumentException when there is none of that name
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    void rebuild(String name);

    /**
     * As {@link #rebuild(String)}, for a projection with effects elsewhere, which take place again for all its history.
     *
     * @param name which
     * @throws RebuildRunningException when it is being rebuilt already
     * @throws EventSourceException when it has no reset handler, begins at the end of the log, or has no checkpoint yet
     * @throws IllegalArgumentException when there is none of that name
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    void rebuildRepeatingEffects(String name);

    /**
     * Rebuilds all projections that {@link #rebuild(String)} accepts and that are not being rebuilt.
     *
     * @return which
     * @throws org.springframework.dao.DataAccessException when the database is out of reach; some may have been set back
     */
    List<String> rebuildAll();

    /** A rebuild was asked for while the projection is being rebuilt. Nothing has changed. */
    public static final class RebuildRunningException extends EventSourceException {

        @Serial
        private static final long serialVersionUID = 1L;

        private final String name;

        RebuildRunningException(String name) {
            super("'%s' is being rebuilt. Wait until that has finished before asking for it again.".formatted(name));
            this.name = name;
        }

        /**
         * What is being rebuilt.
         *
         * @return the name of the subscription
         */
        public String name() {
            return name;
        }
    }
}
