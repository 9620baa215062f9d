package io.eventsource.testing.process;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * How an instance is made. The methods that begin with {@code with} return a copy.
 *
 * @param id what it owns segments as; another one for each launch
 * @param name its name: of its sessions, its effects and its log
 * @param url the database
 * @param projections what it drives
 * @param base the position that a projection without a checkpoint begins behind
 * @param batchSize the largest first batch
 * @param pollInterval how often it looks for the mark without a signal
 * @param clockOffset how far its clock is ahead of this machine's; negative for behind
 * @param drainTimeout how long SIGTERM lets batches take
 * @param segments how many segments a projection without a checkpoint is divided into
 * @param leaseDuration how long an instance that gives no sign of life keeps its segments, and how long a batch may take
 * @param heapMiB the largest heap of its JVM
 */
public record InstanceOptions(
        UUID id,
        String name,
        String url,
        List<ProjectionOptions> projections,
        long base,
        int batchSize,
        Duration pollInterval,
        Duration clockOffset,
        Duration drainTimeout,
        int segments,
        Duration leaseDuration,
        int heapMiB) {

    /** Copies the list. */
    public InstanceOptions {
        projections = List.copyOf(projections);
    }

    /**
     * A projection.
     *
     * @param name the name that its checkpoint is kept under
     * @param totals whether it keeps {@link io.eventsource.testing.AccountTotals} too, and with that locks the rows of its
     *     streams until its batch ends
     * @param eventTypes which events it handles
     */
    public record ProjectionOptions(String name, boolean totals, Set<String> eventTypes) {

        /** One that handles all types. */
        public ProjectionOptions(String name, boolean totals) {
            this(name, totals, Set.of("deposited", "noted"));
        }
    }

    /** The same with another clock. */
    public InstanceOptions withClockOffset(Duration newOffset) {
        return new InstanceOptions(
                id,
                name,
                url,
                projections,
                base,
                batchSize,
                pollInterval,
                newOffset,
                drainTimeout,
                segments,
                leaseDuration,
                heapMiB);
    }

    /** The same with other batches. */
    public InstanceOptions withBatchSize(int newSize) {
        return new InstanceOptions(
                id,
                name,
                url,
                projections,
                base,
                newSize,
                pollInterval,
                clockOffset,
                drainTimeout,
                segments,
                leaseDuration,
                heapMiB);
    }

    /** The same with other projections. */
    public InstanceOptions withProjections(ProjectionOptions... newProjections) {
        return new InstanceOptions(
                id,
                name,
                url,
                List.of(newProjections),
                base,
                batchSize,
                pollInterval,
                clockOffset,
                drainTimeout,
                segments,
                leaseDuration,
                heapMiB);
    }

    /** The same with another time to end in. */
    public InstanceOptions withDrainTimeout(Duration newTimeout) {
        return new InstanceOptions(
                id,
                name,
                url,
                projections,
                base,
                batchSize,
                pollInterval,
                clockOffset,
                newTimeout,
                segments,
                leaseDuration,
                heapMiB);
    }

    /** The same with so many segments. */
    public InstanceOptions withSegments(int newSegments) {
        return new InstanceOptions(
                id,
                name,
                url,
                projections,
                base,
                batchSize,
                pollInterval,
                clockOffset,
                drainTimeout,
                newSegments,
                leaseDuration,
                heapMiB);
    }

    /** The same with another lease. */
    public InstanceOptions withLease(Duration newLease) {
        return new InstanceOptions(
                id,
                name,
                url,
                projections,
                base,
                batchSize,
                pollInterval,
                clockOffset,
                drainTimeout,
                segments,
                newLease,
                heapMiB);
    }

    /** The same with another heap. */
    public InstanceOptions withHeap(int newHeapMiB) {
        return new InstanceOptions(
                id,
                name,
                url,
                projections,
                base,
                batchSize,
                pollInterval,
                clockOffset,
                drainTimeout,
                segments,
                leaseDuration,
                newHeapMiB);
    }
}
