package io.eventsource.subscription;

import io.eventsource.log.Bucket;
import org.jspecify.annotations.Nullable;

/**
 * Where a segment is, and what a batch must find unchanged in order to move it.
 *
 * @param buckets the share of the streams; the first one names the segment
 * @param epoch rises whenever the segment is claimed, cut, merged or reset
 * @param position everything up to here is handled
 * @param mergeAt where it becomes a part of another segment, or null
 * @param rebuildUntil where a rebuild ends, or null
 */
record Checkpoint(
        Bucket.Range buckets, long epoch, long position, @Nullable Long mergeAt, @Nullable Long rebuildUntil) {

    /** Before anything has been read. */
    static final Checkpoint NONE = new Checkpoint(Bucket.Range.ALL, -1, 0, null, null);

    /** The number of the segment. */
    int segment() {
        return buckets.first();
    }

    Checkpoint at(long newPosition) {
        return new Checkpoint(buckets, epoch, newPosition, mergeAt, rebuildUntil);
    }

    /** How far it may go while the mark is there. */
    long bounded(long mark) {
        return mergeAt == null ? mark : Math.min(mark, mergeAt);
    }

    /** Whether it has come to where it becomes a part of another segment. */
    boolean meets(long reached) {
        return mergeAt != null && reached == mergeAt;
    }

    /** Whether it has come to where its rebuild ends. */
    boolean rebuilt(long reached) {
        return rebuildUntil != null && reached >= rebuildUntil;
    }
}
