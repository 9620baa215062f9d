package io.eventsource.capacity;

/**
 * How many connections the instances of an application take from a server when all are busy.
 *
 * @param instances how many instances run at the same time, 1 or more
 * @param poolSize how many connections each one's pool holds at most
 * @param besides how many connections each one holds beside its pool
 */
public record ConnectionDemand(int instances, int poolSize, int besides) {

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException when there are no instances
     */
    public ConnectionDemand {
        if (instances < 1) {
            throw new IllegalArgumentException("There must be 1 instance or more, but there are " + instances);
        }
    }

    /**
     * What all instances take together.
     *
     * @return the number of connections
     */
    public long total() {
        return (long) instances * (poolSize + besides);
    }

    /**
     * Whether the server can serve all of them.
     *
     * @param limit what the server grants
     * @return whether it is enough
     */
    public boolean fits(ConnectionLimit limit) {
        return total() <= limit.usable();
    }

    /**
     * The largest pool that each instance may have.
     *
     * @param limit what the server grants
     * @return the number of connections; 0 or less when there are too many instances for any pool
     */
    public int largestPool(ConnectionLimit limit) {
        return limit.usable() / instances - besides;
    }
}
