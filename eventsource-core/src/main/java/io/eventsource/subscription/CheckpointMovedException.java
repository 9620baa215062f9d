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
                ("The checkpoint of '%s' is no longer at position %d, or the server may have lost commits since the events"
                                + " behind it were read: another instance handles this subscription too, the checkpoint was reset, or"
                                + " the server has crashed or failed over. The batch is rolled back.")
                        .formatted(name, expected.position()));
    }
}
