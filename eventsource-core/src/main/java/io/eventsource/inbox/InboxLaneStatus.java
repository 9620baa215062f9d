package io.eventsource.inbox;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a lane has done since it was begun.
 *
 * @param lane the partition or stream
 * @param counts what became of its messages
 * @param failures how often the message that holds the lane has failed in a row, 0 when none does
 * @param failure how it failed last
 * @param oldest when the oldest message happened that has been read and not been dealt with; null when there is none
 */
public record InboxLaneStatus(
        String lane, InboxCounts counts, int failures, @Nullable Throwable failure, @Nullable Instant oldest) {}
