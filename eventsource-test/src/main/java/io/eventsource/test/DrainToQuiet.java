package io.eventsource.test;

import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionStatus;
import io.eventsource.subscription.SubscriptionStatuses;
import io.eventsource.subscription.SubscriptionWaits;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.Assertions;

/**
 * Lets a test wait until subscriptions have handled everything that was appended so far, and what their handlers appended
 * meanwhile, instead of sleeping. Waits for signals, not for the clock. Thread-safe.
 *
 * <pre>{@code
 * orders.save(order);
 * DrainToQuiet.of(subscriptionManager).await("order-summaries");
 * assertThat(summaries.findById(order.id())).isPresent();
 * }</pre>
 */
public final class DrainToQuiet {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final SubscriptionStatuses statuses;
    private final SubscriptionWaits waits;
    private final Duration timeout;

    private DrainToQuiet(SubscriptionStatuses statuses, SubscriptionWaits waits, Duration timeout) {
        this.statuses = statuses;
        this.waits = waits;
        this.timeout = timeout;
    }

    /**
     * Waits at most 10 seconds.
     *
     * @param manager drives the subscriptions in this process
     * @return what waits for them
     */
    public static DrainToQuiet of(SubscriptionManager manager) {
        return new DrainToQuiet(manager, manager, PATIENCE);
    }

    /**
     * The same with another patience.
     *
     * @param timeout how long to wait at most, for all subscriptions together
     * @return a copy
     */
    public DrainToQuiet within(Duration timeout) {
        return new DrainToQuiet(statuses, waits, timeout);
    }

    /** Waits for all subscriptions, as {@link #await(String...)} does for some. */
    public void awaitAll() {
        await(statuses.names().toArray(String[]::new));
    }

    /**
     * Waits until the subscriptions have handled all that is visible, and nothing was appended meanwhile.
     *
     * @param names which subscriptions, which must be running
     * @throws AssertionError naming where each of them is, when the time is up or one of them does not run
     * @throws IllegalArgumentException when there is none of a name
     * @throws IllegalStateException when the calling thread's transaction has appended, or the thread was interrupted
     */
    public void await(String... names) {
        long deadline = System.nanoTime() + timeout.toNanos();
        long end = -1;
        while (end < waits.visibleEnd()) {
            end = waits.visibleEnd();
            for (String name : names) {
                requireWithin(name, end, deadline);
            }
        }
    }

    private void requireWithin(String name, long end, long deadline) {
        try {
            Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            if (!waits.awaitPosition(name, end, left)) {
                Assertions.fail("The subscription '%s' has not handled the log up to position %d within %s: %s"
                        .formatted(name, end, timeout, describe()));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for '%s'".formatted(name), interrupted);
        }
    }

    private List<String> describe() {
        return statuses.statuses().stream().map(DrainToQuiet::describe).toList();
    }

    private static String describe(SubscriptionStatus status) {
        return "'%s' is %s at position %d%s"
                .formatted(
                        status.name(),
                        status.state(),
                        status.position(),
                        status.lastFailure() == null ? "" : ", last failure " + status.lastFailure());
    }
}
