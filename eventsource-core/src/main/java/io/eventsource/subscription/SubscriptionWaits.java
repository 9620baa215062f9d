package io.eventsource.subscription;

import io.eventsource.store.AppendResult;
import java.time.Duration;

/** Waits until subscriptions have caught up, so that a read model shows what was written. Thread-safe. */
public interface SubscriptionWaits {

    /**
     * Waits until a subscription has handled what an append stored, in this process or another, so that its read model shows it.
     *
     * @param name which
     * @param result the result of an append that is committed
     * @param timeout how long at most
     * @return whether it has; false when the time was up
     * @throws IllegalStateException when the append is not committed yet, so that this would wait for itself
     * @throws IllegalArgumentException when there is none of that name
     * @throws InterruptedException when the calling thread is interrupted
     */
    boolean await(String name, AppendResult result, Duration timeout) throws InterruptedException;

    /**
     * Waits until a subscription has passed, in this process and others, a position of the log.
     *
     * @param name which
     * @param position the position, which need not be settled yet
     * @param timeout how long at most
     * @return whether it has; false when the time was up
     * @throws IllegalStateException when the calling thread's transaction has appended, so that this would wait for itself
     * @throws IllegalArgumentException when there is none of that name
     * @throws InterruptedException when the calling thread is interrupted
     */
    boolean awaitPosition(String name, long position, Duration timeout) throws InterruptedException;

    /**
     * Waits until a subscription has passed everything, in this process and others, that was committed before this call. Costs a
     * statement.
     *
     * @param name which
     * @param timeout how long at most
     * @return whether it has; false when the time was up
     * @throws IllegalStateException when the calling thread's transaction has appended, so that this would wait for itself
     * @throws IllegalArgumentException when there is none of that name
     * @throws InterruptedException when the calling thread is interrupted
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    boolean awaitCurrent(String name, Duration timeout) throws InterruptedException;

    /**
     * The highest position that is visible now, settled or not: what {@link #awaitCurrent} waits for.
     *
     * @return the position, 0 for an empty log
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    long visibleEnd();
}
