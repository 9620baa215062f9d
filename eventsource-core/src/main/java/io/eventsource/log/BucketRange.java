package io.eventsource.log;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Consecutive buckets, and so a share of all streams.
 *
 * @param first the lowest, 0 or more
 * @param last the highest, not below the first and below {@link Bucket#COUNT}
 */
public record BucketRange(int first, int last) {

    /** Every bucket. */
    public static final BucketRange ALL = new BucketRange(0, Bucket.COUNT - 1);

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException when they are no range of buckets
     */
    public BucketRange {
        if (first < 0 || last < first || last >= Bucket.COUNT) {
            throw new IllegalArgumentException("A range of buckets lies within 0 to %d, but it is %d to %d"
                    .formatted(Bucket.COUNT - 1, first, last));
        }
    }

    /**
     * Whether the streams of this share include an aggregate's.
     *
     * @param aggregateId the aggregate
     * @return whether its bucket is one of these
     */
    public boolean contains(UUID aggregateId) {
        short bucket = Bucket.of(aggregateId);
        return bucket >= first && bucket <= last;
    }

    /**
     * How many buckets these are.
     *
     * @return 1 or more
     */
    public int size() {
        return last - first + 1;
    }

    /**
     * Cuts these buckets into parts of nearly one size.
     *
     * @param parts how many, from 1 to {@link #size()}
     * @return the parts in order
     * @throws IllegalArgumentException when there are fewer buckets than parts
     */
    public List<BucketRange> split(int parts) {
        if (parts < 1 || parts > size()) {
            throw new IllegalArgumentException("%d buckets cannot be cut into %d parts".formatted(size(), parts));
        }
        List<BucketRange> cut = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            cut.add(new BucketRange(first + size() * i / parts, first + size() * (i + 1) / parts - 1));
        }
        return cut;
    }

    @Override
    public String toString() {
        return first + "-" + last;
    }
}
