package io.eventsource.inbox;

import org.jspecify.annotations.Nullable;

/**
 * What a lane has done since it was begun.
 *
 * @param lane the partition or stream
 * @param handled messages that took effect or were set aside
 * @param passedOver messages that were known already, or of no interest
 * @param failures how often the message that holds the lane has failed in a row, 0 when none does
 * @param failure how it failed last
 */
public record InboxLaneStatus(String lane, long handled, long passedOver, int failures, @Nullable Throwable failure) {}
