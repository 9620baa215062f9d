package io.eventsource.subscription;

import io.eventsource.log.BucketRange;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a segment of a subscription is: of one that this process owns as it is, of others as they were at its last look, a few
 * seconds ago at most while the database can be reached.
 *
 * @param segment the number of the segment, which is its first bucket
 * @param buckets its share of the streams
 * @param owner the running instance that owns it, or null when none does
 * @param epoch how often it has changed hands, been cut, merged or reset
 * @param state what its runner does, or null when it runs in another process or not at all
 * @param position the position up to which it has handled the log. Of another instance's segment this is its checkpoint, which may
 *     be up to 1,000 positions without events for it behind
 * @param lag how many positions the settled head, as this process last saw it, is ahead of it
 */
public record SegmentStatus(
        int segment,
        BucketRange buckets,
        @Nullable UUID owner,
        long epoch,
        @Nullable SubscriptionState state,
        long position,
        long lag) {}
