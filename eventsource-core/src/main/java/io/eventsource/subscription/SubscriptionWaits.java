package io.eventsource.subscription;

import io.eventsource.store.AppendResult;
import java.time.Duration;
import java.util.UUID;

/** Waits until subscriptions have caught up, so that a read model shows what was written. Thread-safe. */
public interface SubscriptionWaits {

    /**
     * Waits until a subscription has handled what an append stored, in this process or another, so that its read model shows it.
     * The result of an append in a transaction serves as well, once that has committed; if it has been rolled back, this waits for
     * whatever the stream gets instead.
     *
     * @param name which
     * @param result the result of the append
     * @param timeout how long at most
     * @return whether it has; false when the time was up
     * @throws IllegalStateException when the calling thread's transaction has appended, so that this would wait for itself
     * @throws IllegalArgumentException when there is none of that name
     * @throws InterruptedException when the calling thread is interrupted
     */
    boolean await(String name, AppendResult result, Duration timeout) throws InterruptedException;

    /**
     * Waits until a subscription has handled a stream up to a version, in this process or another. The version may come from
     * anywhere: from an aggregate after {@code execute} or {@code save}, from the state that a decider's {@code execute} returns, or from a
     * client that names the version it has seen. An event that is not committed yet is waited for, too. Costs a statement or more.
     *
     * @param name which
     * @param aggregateId the stream
     * @param version the version, 1 or more
     * @param timeout how long at most
     * @return whether it has; false when the time was up
     * @throws IllegalStateException when the calling thread's transaction has appended, so that this would wait for itself
     * @throws IllegalArgumentException when there is none of that name, or the version is not positive
     * @throws InterruptedException when the calling thread is interrupted
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    boolean awaitVersion(String name, UUID aggregateId, long version, Duration timeout) throws InterruptedException;

    /**
     * Waits until a subscription has handled the events that a request has caused, in this process or another: those that bear its
     * correlation id, and those that handlers have appended with it meanwhile. Looks among the last 10,000 positions of the log. To wait for a
     * chain of handlers, wait for each in its order.
     *
     * @param name which
     * @param correlationId the correlation id
     * @param timeout how long at most
     * @return whether it has; false when the time was up, also because there was no such event
     * @throws IllegalStateException when the calling thread's transaction has appended, so that this would wait for itself
     * @throws IllegalArgumentException when there is none of that name
     * @throws InterruptedException when the calling thread is interrupted
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    boolean awaitCorrelation(String name, String correlationId, Duration timeout) throws InterruptedException;

    /**
     * Waits until a subscription has passed, in this process and others, a position of the log.
     *
     * @param name which
     * @param position the position, which may be above the high-water mark
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
     * The highest position that is visible now, also above the high-water mark: what {@link #awaitCurrent} waits for.
     *
     * @return the position, 0 for an empty log
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    long visibleEnd();
}
