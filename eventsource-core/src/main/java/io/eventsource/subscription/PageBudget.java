package io.eventsource.subscription;

/**
 * How large the next page may be. It shrinks when the memory did not suffice or the last page was cut by its bytes, and grows again slowly.
 * Thread-safe.
 */
final class PageBudget {

    private static final long LEAST_BYTES = 16 * 1024;

    private final long maxBytes;
    private long bytes;
    private int events = Integer.MAX_VALUE;

    PageBudget(long maxBytes) {
        this.maxBytes = maxBytes;
        this.bytes = maxBytes;
    }

    /** How many bytes. */
    synchronized long bytes() {
        return bytes;
    }

    /** How many events, of those that are wanted. */
    synchronized int events(int wanted) {
        return Math.min(wanted, events);
    }

    /**
     * A page has been read.
     *
     * @param asked how many events at most
     * @param read how many came
     * @param more whether more could have come
     */
    synchronized void read(int asked, int read, boolean more) {
        if (more && read < asked) {
            // it was cut by its bytes: to ask for more has the server look at events that do not fit
            events = Math.max(1, read + read / 4);
        } else if (events < Integer.MAX_VALUE) {
            events = events > Integer.MAX_VALUE / 2 ? Integer.MAX_VALUE : events * 2;
        }
        bytes = Math.min(maxBytes, bytes + bytes / 8);
    }

    /** The memory did not suffice; says whether it can be made smaller. */
    synchronized boolean shrink() {
        boolean smaller = bytes > LEAST_BYTES;
        bytes = Math.max(LEAST_BYTES, bytes / 2);
        return smaller;
    }
}
