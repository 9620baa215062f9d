package io.eventsource.subscription;

import io.eventsource.EventSourceException;
import java.io.Serial;

/** Somebody else has moved a checkpoint meanwhile, so the batch is rolled back and read anew from where it is now. */
final class CheckpointMovedException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    CheckpointMovedException(String name, Checkpoint expected) {
        super(("The checkpoint of '%s' is no longer at position %d: another instance handles this subscription too, or"
                        + " it was reset. The batch is rolled back.")
                .formatted(name, expected.position()));
    }
}
