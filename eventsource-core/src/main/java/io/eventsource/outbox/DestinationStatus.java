package io.eventsource.outbox;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a destination is, for all instances together.
 *
 * @param name its name
 * @param position the position up to which everything is published, or in the dead-letter queue; 0 before its subscription has started for the
 *     first time
 * @param positionsBehind how many positions of the log lie behind it, of whatever types
 * @param pending how many events are still to be sent: those that it has not come by, and those in the dead-letter queue that wait there
 *     or are to be handled again. Counted exactly up to 100,000 positions behind; beyond, each position counts
 * @param failed how many events failed and wait for somebody in the dead-letter queue
 * @param published how many events are sent, or nothing of them leaves
 * @param discarded how many events somebody has decided not to send, as long as the dead-letter queue remembers
 * @param age for how long the oldest event has waited that is still to be sent or failed; zero when there is none
 * @param lastProcessedAt when the last batch was done, or null
 */
public record DestinationStatus(
        String name,
        long position,
        long positionsBehind,
        long pending,
        long failed,
        long published,
        long discarded,
        Duration age,
        @Nullable Instant lastProcessedAt) {

    /**
     * The name of the subscription that publishes, as {@code SubscriptionManager} knows it.
     *
     * @return the destination's name behind {@link Publisher#NAME_PREFIX}
     */
    public String subscription() {
        return Publisher.NAME_PREFIX + name;
    }
}
