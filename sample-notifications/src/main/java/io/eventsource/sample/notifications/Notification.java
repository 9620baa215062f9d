package io.eventsource.sample.notifications;

import java.time.Instant;
import java.util.UUID;

/**
 * Something that a customer is told.
 *
 * @param orderId the order that it is about
 * @param orderVersion the version of the order that it comes from
 * @param customerId who is told
 * @param text what
 * @param happenedAt when it happened
 */
record Notification(UUID orderId, long orderVersion, String customerId, String text, Instant happenedAt) {}
