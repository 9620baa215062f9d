package io.eventsource.subscription;

import io.eventsource.log.Bucket;
import io.eventsource.log.LogReader;
import java.util.List;

/**
 * How far a subscription is by what the database says: what this process can know of segments of others. A checkpoint may be behind,
 * where no event is of the subscription's types; so what counts is whether any event for it is left. Thread-safe.
 */
final class StoredProgress {

    private final String subscription;
    private final SegmentRepository segments;
    private final LogReader reader;
    private final SubscriptionSettings.Filter filter;
    private final TailReader tail;

    StoredProgress(
            String subscription,
            SegmentRepository segments,
            LogReader reader,
            SubscriptionSettings.Filter filter,
            TailReader tail) {
        this.subscription = subscription;
        this.segments = segments;
        this.reader = reader;
        this.filter = filter;
        this.tail = tail;
    }

    /** Whether streams have been handled up to a position. */
    boolean passed(Bucket.Range buckets, long position) {
        List<Checkpoint> concerned = segments.find(subscription).stream()
                .map(SegmentRow::checkpoint)
                .filter(each -> each.buckets().first() <= buckets.last()
                        && buckets.first() <= each.buckets().last())
                .toList();
        return !concerned.isEmpty() && concerned.stream().allMatch(each -> passed(each, position));
    }

    private boolean passed(Checkpoint checkpoint, long position) {
        if (checkpoint.position() >= position) {
            return true;
        }
        TailReader.Place place = tail.place();
        return place.known()
                && place.highWaterMark() >= position
                && reader.outline(filter.query(checkpoint.position(), 1), checkpoint.buckets(), position, 0)
                        .events()
                        .isEmpty();
    }
}
