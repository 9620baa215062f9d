package io.eventsource.inbox;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Feeds an {@link InboxConsumer} from a broker, in a thread of its own. Thread-safe. */
public interface InboxFeed {

    /**
     * The consumer's name.
     *
     * @return the name
     */
    String name();

    /** Begins to read. The broker need not be there yet. Does nothing when it is running. */
    void start();

    /**
     * Lets the messages that are being handled commit and be acknowledged, and reads no more. What is not finished in time is
     * interrupted, rolled back and delivered again at the next start.
     *
     * @param timeout how long to wait before interrupting
     * @return whether it ended without being interrupted
     */
    boolean stop(Duration timeout);

    /**
     * What this feed does.
     *
     * @return whether it runs, what fails, and what its partitions do
     */
    Status status();

    /**
     * What a consumer has done with messages since it was made, in all its partitions.
     *
     * @param handled messages that took effect
     * @param passedOver messages that were known already, or of no interest
     * @param setAside messages that failed for good, or wait behind one that did
     */
    public record Counts(long handled, long passedOver, long setAside) {

        static final Counts NONE = new Counts(0, 0, 0);

        Counts plus(Counts more) {
            return new Counts(handled + more.handled, passedOver + more.passedOver, setAside + more.setAside);
        }
    }

    /**
     * What a partition has done since it was begun.
     *
     * @param partition the partition or stream
     * @param counts what became of its messages
     * @param failures how often the message that holds the partition has failed in a row, 0 when none does
     * @param failure how it failed last
     * @param oldest when the oldest message happened that has been read and not been dealt with; null when there is none
     */
    public record PartitionStatus(
            String partition,
            InboxFeed.Counts counts,
            int failures,
            @Nullable Throwable failure,
            @Nullable Instant oldest) {}

    /**
     * What a feed does at a moment.
     *
     * @param consumer the consumer's name
     * @param running whether it has been started and not stopped
     * @param failure what keeps it from reading, or null; a message that fails is told by its partition
     * @param lost how often messages were found to have been removed by the broker before they were read
     * @param partitions the partitions or streams that it reads at the moment
     */
    public record Status(
            String consumer,
            boolean running,
            @Nullable Throwable failure,
            long lost,
            List<InboxFeed.PartitionStatus> partitions) {

        /** Copies the partitions. */
        public Status {
            partitions = List.copyOf(partitions);
        }
    }
}
