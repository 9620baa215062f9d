package io.eventsource.subscription;

import java.util.Optional;

/** Whether a segment is still this instance's. */
interface SegmentOwnership {

    /** Whether others may not have taken it yet. */
    boolean held();

    /** The checkpoint as it is in the database; empty when the segment is somebody else's or gone. */
    Optional<Checkpoint> find();

    /** Becomes a part of another segment, if all its parts have come as far; says whether they have. */
    boolean merge();

    /** Has all instances look at the segments. */
    void announce();
}
