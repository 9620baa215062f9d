package io.eventsource.brokers.redis;

import io.lettuce.core.StreamMessage;
import java.util.List;
import java.util.Map;

/**
 * How many entries are asked for at once. Redis bounds them by number and not by bytes, so it begins with one, asks for twice as many at most
 * each time, and for no more than fit when all are as large as the largest of the last ones. Used by one thread.
 */
final class EntryBudget {

    private final int most;
    private final long bytes;
    private int count = 1;

    /**
     * Has seen no entry yet.
     *
     * @param most how many entries at most
     * @param bytes how many bytes they may have, unless one alone has more
     */
    EntryBudget(int most, long bytes) {
        this.most = most;
        this.bytes = bytes;
    }

    /** How many to ask for. */
    int count() {
        return count;
    }

    /** Entries have come. */
    void read(List<StreamMessage<String, byte[]>> entries) {
        long largest = entries.stream().mapToLong(EntryBudget::size).max().orElse(0);
        long fitting = largest == 0 ? most : Math.max(1, bytes / largest);
        count = (int) Math.min(Math.min(most, 2L * count), fitting);
    }

    private static long size(StreamMessage<String, byte[]> entry) {
        // an entry that is gone from the stream has no body
        Map<String, byte[]> body = entry.getBody();
        return body == null
                ? 0
                : body.values().stream().mapToLong(value -> value.length).sum();
    }
}
