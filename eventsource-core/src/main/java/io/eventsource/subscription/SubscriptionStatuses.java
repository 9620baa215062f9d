package io.eventsource.subscription;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What subscriptions and this instance are doing. Thread-safe. */
public interface SubscriptionStatuses {

    /**
     * The names of all subscriptions.
     *
     * @return the names
     */
    List<String> names();

    /**
     * Where all subscriptions are.
     *
     * @return a status for each
     */
    List<SubscriptionStatus> statuses();

    /**
     * Where one subscription is.
     *
     * @param name its name
     * @return its status, or empty when there is none of that name
     */
    Optional<SubscriptionStatus> status(String name);

    /**
     * What all subscriptions are doing, summed up.
     *
     * @return the status
     */
    ManagerStatus status();

    /**
     * How far a rebuild is, in all instances together. Costs a statement.
     *
     * @param name which
     * @return the progress, or empty when none is going on
     * @throws IllegalArgumentException when there is none of that name
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    Optional<RebuildProgress> rebuildProgress(String name);

    /**
     * What this instance is doing: its lease, its look at the high-water mark, its threads.
     *
     * @return the status
     */
    InstanceStatus instance();

    /**
     * How far a rebuild is, over all instances that take part. What is counted is positions of the log, the average over all buckets.
     *
     * @param name the subscription
     * @param done positions that are handled again
     * @param total positions that the log had when the rebuild was asked for
     * @param startedAt when it was asked for, by the database's clock
     * @param elapsed how long ago that was, by the database's clock
     * @param perSecond positions handled in a second since then
     * @param remaining how long it will take at this rate, or null before there is one
     */
    public record RebuildProgress(
            String name,
            long done,
            long total,
            Instant startedAt,
            Duration elapsed,
            double perSecond,
            @Nullable Duration remaining) {

        static RebuildProgress of(String name, long done, long total, Instant startedAt, Duration elapsed) {
            double seconds = elapsed.toNanos() / 1e9;
            double perSecond = seconds > 0 ? done / seconds : 0;
            Duration remaining = perSecond > 0 ? Duration.ofMillis((long) (1_000 * (total - done) / perSecond)) : null;
            return new RebuildProgress(name, done, total, startedAt, elapsed, perSecond, remaining);
        }

        /**
         * How much of it is done.
         *
         * @return 0 to 1
         */
        public double fraction() {
            return total == 0 ? 1 : (double) done / total;
        }
    }

    /**
     * What all subscriptions of this process are doing. How well they are is judged by thresholds, which health has.
     *
     * @param running whether any subscription is started
     * @param uptime how long since the first of them was started, zero when none is
     * @param timestamp when this was true
     * @param subscriptions each of them
     */
    public record ManagerStatus(
            boolean running, Duration uptime, Instant timestamp, List<SubscriptionStatus> subscriptions) {

        /**
         * How many subscriptions there are.
         *
         * @return the number
         */
        public int subscriptionCount() {
            return subscriptions.size();
        }

        /**
         * How many events were handled since this process started.
         *
         * @return the number
         */
        public long totalProcessed() {
            return sum(SubscriptionStatus::eventsProcessed);
        }

        /**
         * How many attempts failed since this process started.
         *
         * @return the number
         */
        public long totalFailedAttempts() {
            return sum(SubscriptionStatus::failedAttempts);
        }

        /**
         * The sum of all lags.
         *
         * @return the number of positions
         */
        public long totalLag() {
            return sum(SubscriptionStatus::lag);
        }

        private long sum(ToLongFunction<SubscriptionStatus> value) {
            return subscriptions.stream().mapToLong(value).sum();
        }
    }

    /**
     * What an instance is doing, apart from its subscriptions.
     *
     * @param id tells this instance from all others, as it stands with the segments that it owns
     * @param phase how far it is with stopping; {@code RUNNING} also before the first start
     * @param startedAt when its subscriptions were started, by this JVM's clock; null when none is started
     * @param uptime how long they have been started, zero when none is
     * @param threadsAlive whether the threads are alive that follow the log and share out segments, or are not to run. They survive all
     *     failures; while they are to run and one is gone, only a restart brings it back
     * @param renewingLease whether this instance could renew its lease the last time it tried. While it cannot, its segments go to others
     * @param tail how it follows the end of the log
     * @param memory how often the heap did not suffice
     */
    public record InstanceStatus(
            UUID id,
            GracefulShutdown.Phase phase,
            @Nullable Instant startedAt,
            Duration uptime,
            boolean threadsAlive,
            boolean renewingLease,
            Tail tail,
            Memory memory) {

        /**
         * Whether any subscription is started.
         *
         * @return whether one is
         */
        public boolean running() {
            return startedAt != null;
        }

        /**
         * How an instance follows the high-water mark of the log.
         *
         * @param reading whether the last look at it went well. While it cannot be read, no lag can be trusted
         * @param readAt when this instance last completed a look, by this JVM's clock, for people; null before the first look, or when
         *     nothing is started
         * @param silence how long nobody in this instance has completed a look, since the last one or since the start; null when nothing is
         *     started. There is a look once per poll interval at least; a silence of more than a few of these means that the mark is not followed
         *     any more, and that no lag can be trusted. Whatever is done to the clock of the machine has no influence
         */
        public record Tail(boolean reading, @Nullable Instant readAt, @Nullable Duration silence) {}

        /**
         * How often the heap did not suffice for a page of the log or for an event. Such a page is read again with fewer bytes; an event that
         * does not even fit alone is treated as one that cannot be decoded.
         *
         * @param shortages how often since this instance was made; only rises
         * @param sinceLast how long ago it was the last time; null when it always sufficed
         */
        public record Memory(long shortages, @Nullable Duration sinceLast) {}
    }
}
