package io.eventsource.inbox;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a feed does at a moment.
 *
 * @param consumer the consumer's name
 * @param running whether it has been started and not stopped
 * @param failure what keeps it from reading, or null; a message that fails is told by its lane
 * @param lost how often messages were found to have been removed by the broker before they were read
 * @param lanes the partitions or streams that it reads at the moment
 */
public record InboxFeedStatus(
        String consumer, boolean running, @Nullable Throwable failure, long lost, List<InboxLaneStatus> lanes) {

    /** Copies the lanes. */
    public InboxFeedStatus {
        lanes = List.copyOf(lanes);
    }
}
