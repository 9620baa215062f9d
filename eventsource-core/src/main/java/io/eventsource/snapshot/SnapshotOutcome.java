package io.eventsource.snapshot;

/** What became of a snapshot. */
public enum SnapshotOutcome {
    /** An aggregate was loaded from it. */
    USED,
    /** It was not used and all events were read, because its JSON does not fit the state's class. */
    UNREADABLE,
    /** It was not used and all events were read, because its state has another declared version. */
    OUTDATED,
    /** It was not used and all events were read, because the log does not hold its event: a restored log. */
    AHEAD,
    /** It was taken and stored. */
    TAKEN,
    /** It was taken and not stored, since a newer one was there. */
    SUPERSEDED,
    /** It was due and not taken, because too many others waited. The next save that finds it due tries again. */
    SKIPPED,
    /** It was due and could not be taken: its state cannot be kept as JSON, or the database failed. */
    FAILED
}
