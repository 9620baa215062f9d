package io.eventsource.subscription;

import java.util.Optional;

/**
 * Ends the application in order, by code: requests are finished, then subscriptions are stopped, then connections are closed.
 * Thread-safe.
 */
public interface GracefulShutdown {

    /** Begins to end the application and returns at once. Does nothing when it is ending already. */
    void request();

    /**
     * Whether the application is ending, or its subscriptions have been stopped.
     *
     * @return whether it is
     */
    boolean shuttingDown();

    /**
     * How far the subscriptions are with stopping.
     *
     * @return the phase
     */
    ShutdownResult.Phase phase();

    /**
     * What came of stopping the subscriptions. It is also published as an event of the application, and logged.
     *
     * @return the result, or empty before they have stopped
     */
    Optional<ShutdownResult> result();
}
