package io.eventsource.subscription;

import java.time.Duration;

/**
 * What a subscription has done in this process since its start. No number ever falls.
 *
 * @param events events handled
 * @param batches transactions in which they were handled, those that failed not counted
 * @param handlingTime how long these took together, from the first handler to the end of the commit
 * @param failed attempts that failed: of a batch, of an event, or to read
 * @param retried how many of these were followed by another attempt
 * @param claimed segments taken over
 * @param given segments given up or lost
 */
public record SubscriptionCounters(
        long events, long batches, Duration handlingTime, long failed, long retried, long claimed, long given) {}
