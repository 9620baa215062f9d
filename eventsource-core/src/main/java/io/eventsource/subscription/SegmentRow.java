package io.eventsource.subscription;

import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A segment as an instance sees it at one of its looks.
 *
 * @param subscription whose segment it is
 * @param checkpoint where it is
 * @param owner the running instance that owns it, or null when none does
 * @param candidates the running instances that drive the subscription
 * @param control what has been said of the subscription
 */
record SegmentRow(
        String subscription,
        Checkpoint checkpoint,
        @Nullable UUID owner,
        Set<UUID> candidates,
        ControlRepository.Control control) {

    int number() {
        return checkpoint.segment();
    }

    /** The same without an owner. */
    SegmentRow free() {
        return new SegmentRow(subscription, checkpoint, null, candidates, control);
    }

    SegmentKey key() {
        return new SegmentKey(subscription, number());
    }
}
