package io.eventsource.log;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The bucket of an aggregate: which of 1,024 shares of the log its stream belongs to. Stored with every event, so the
 * function never changes.
 *
 * <p>It is the low ten bits of the 64-bit finalizer of MurmurHash3 (Austin Appleby, public domain) over the two halves
 * of the id xored, so that time-ordered and node-based ids spread as evenly as random ones.
 */
public final class Bucket {

    /** How many buckets there are. */
    public static final int COUNT = 1024;

    private Bucket() {}

    /**
     * The bucket of an aggregate.
     *
     * @param aggregateId the aggregate
     * @return 0 to 1,023, the same on every machine and in every version
     */
    public static short of(UUID aggregateId) {
        long h = aggregateId.getMostSignificantBits() ^ aggregateId.getLeastSignificantBits();
        h ^= h >>> 33;
        h *= 0xff51afd7ed558ccdL;
        h ^= h >>> 33;
        h *= 0xc4ceb9fe1a85ec53L;
        h ^= h >>> 33;
        return (short) (h & (COUNT - 1));
    }

    /**
     * Consecutive buckets, and so a share of all streams.
     *
     * @param first the lowest, 0 or more
     * @param last the highest, not below the first and below {@link Bucket#COUNT}
     */
    public record Range(int first, int last) {

        /** Every bucket. */
        public static final Range ALL = new Range(0, Bucket.COUNT - 1);

        /**
         * Checks the bounds.
         *
         * @throws IllegalArgumentException when they are no range of buckets
         */
        public Range {
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
        public List<Range> split(int parts) {
            if (parts < 1 || parts > size()) {
                throw new IllegalArgumentException("%d buckets cannot be cut into %d parts".formatted(size(), parts));
            }
            List<Range> cut = new ArrayList<>();
            for (int i = 0; i < parts; i++) {
                cut.add(new Range(first + size() * i / parts, first + size() * (i + 1) / parts - 1));
            }
            return cut;
        }

        @Override
        public String toString() {
            return first + "-" + last;
        }
    }
}
