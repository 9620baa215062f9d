package io.eventsource.subscription;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What all subscriptions of this process are doing.
 *
 * @param status {@code HEALTHY}, {@code DEGRADED} when a subscription fails or is paused, {@code UNHEALTHY} when one is stopped
 *     or the head of the log cannot be read
 * @param running whether any subscription is started
 * @param subscriptionCount how many there are
 * @param healthyCount how many catch up, are live or on standby, without a failure, or are not to start by themselves
 * @param degradedCount how many fail or are paused
 * @param unhealthyCount how many are stopped
 * @param totalProcessed events handled since this process started
 * @param totalFailed batches failed since this process started
 * @param totalLag the sum of all lags
 * @param uptime how long since the first of them was started, zero when none is
 * @param timestamp when this was true
 * @param subscriptions each of them
 */
public record ManagerStatus(
        Level status,
        boolean running,
        int subscriptionCount,
        int healthyCount,
        int degradedCount,
        int unhealthyCount,
        long totalProcessed,
        long totalFailed,
        long totalLag,
        Duration uptime,
        Instant timestamp,
        List<SubscriptionStatus> subscriptions) {

    /** How well all of them are. */
    public enum Level {
        /** All of them do what they should. */
        HEALTHY,
        /** Some fail or are paused. */
        DEGRADED,
        /** Some do not run, or nobody knows how far the log is. */
        UNHEALTHY
    }

    static ManagerStatus of(
            List<SubscriptionStatus> subscriptions,
            boolean running,
            boolean readingHead,
            Duration uptime,
            Instant now) {
        int healthy =
                (int) subscriptions.stream().filter(SubscriptionStatus::healthy).count();
        int unhealthy = (int)
                subscriptions.stream().filter(SubscriptionStatus::unhealthy).count();
        Level level = Level.HEALTHY;
        if (unhealthy > 0 || (running && !readingHead)) {
            level = Level.UNHEALTHY;
        } else if (healthy < subscriptions.size()) {
            level = Level.DEGRADED;
        }
        return new ManagerStatus(
                level,
                running,
                subscriptions.size(),
                healthy,
                subscriptions.size() - healthy - unhealthy,
                unhealthy,
                subscriptions.stream()
                        .mapToLong(SubscriptionStatus::eventsProcessed)
                        .sum(),
                subscriptions.stream()
                        .mapToLong(SubscriptionStatus::batchesFailed)
                        .sum(),
                subscriptions.stream().mapToLong(SubscriptionStatus::lag).sum(),
                uptime,
                now,
                subscriptions);
    }
}
