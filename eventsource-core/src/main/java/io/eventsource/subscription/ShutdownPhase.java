package io.eventsource.subscription;

/** How far a manager is with stopping. */
public enum ShutdownPhase {
    /** Not stopping: its subscriptions run, or were never started. */
    RUNNING,
    /** Nothing further is read, and what is being handled may be finished. */
    DRAINING,
    /** What took too long has been interrupted and is rolled back. */
    FORCING,
    /** Checkpoints are written, and segments are given up to other instances. */
    RELEASING,
    /** Nothing runs any more. */
    STOPPED
}
