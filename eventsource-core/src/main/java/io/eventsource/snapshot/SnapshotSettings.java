package io.eventsource.snapshot;

/**
 * How snapshots of one type of aggregate are taken.
 *
 * @param mode who takes them
 * @param policy when they are due; not asked in {@link SnapshotMode#MANUAL} mode
 */
public record SnapshotSettings(SnapshotMode mode, SnapshotPolicy policy) {}
