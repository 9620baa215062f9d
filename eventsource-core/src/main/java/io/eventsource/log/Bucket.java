package io.eventsource.log;

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
}
