package io.eventsource.subscription;

/**
 * The part of all segments that one instance handles when instances are numbered by hand: every {@code count}-th one.
 *
 * @param id the number of the instance, from 0
 * @param count how many instances there are
 */
public record StaticPartition(int id, int count) {

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException when the number is not below the count
     */
    public StaticPartition {
        if (id < 0 || id >= count) {
            throw new IllegalArgumentException(
                    "partition-id must be 0 or more and below num-partitions, but they are %d and %d"
                            .formatted(id, count));
        }
    }

    boolean owns(int segment) {
        return segment % count == id;
    }
}
