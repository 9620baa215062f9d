package io.eventsource.subscription;

import io.eventsource.EventSourceException;
import java.io.Serial;

/**
 * Somebody else has moved a checkpoint meanwhile, or the server may have lost commits, so the batch is rolled back and read anew
 * from where the checkpoint is now.
 */
final class CheckpointMovedException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    CheckpointMovedException(String name, Checkpoint expected) {
        super(
                ("Segment %d of '%s' is no longer at position %d in epoch %d: it was taken over, cut, merged or reset; or the server"
                                + " may have lost commits since the events were read. The batch is rolled back.")
                        .formatted(expected.segment(), name, expected.position(), expected.epoch()));
    }
}
