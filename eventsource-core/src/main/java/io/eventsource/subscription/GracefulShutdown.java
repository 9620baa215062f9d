package io.eventsource.subscription;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Ends the application in order, by code: requests are finished, then subscriptions are stopped, then connections are closed.
 * Thread-safe.
 */
public interface GracefulShutdown {

    /** Begins to end the application and returns at once. Does nothing when it is ending already. */
    void request();

    /**
     * Whether the application is ending, or its subscriptions have been stopped.
     *
     * @return whether it is
     */
    boolean shuttingDown();

    /**
     * How far the subscriptions are with stopping.
     *
     * @return the phase
     */
    Phase phase();

    /**
     * What came of stopping the subscriptions. It is also published as an event of the application, and logged.
     *
     * @return the result, or empty before they have stopped
     */
    Optional<Result> result();

    /**
     * What came of stopping all subscriptions of an instance.
     *
     * @param phase {@code STOPPED}; {@code FORCING} when something was left behind that still ran; {@code RELEASING} when the database does not know
     *     that the segments are given up, so that others wait for the end of the lease
     * @param took how long it took
     * @param forced whether something had to be interrupted or left behind because its time was up
     * @param subscriptions how many were stopped
     * @param inFlight events that were being handled when it began
     * @param drained how many of these were handled and committed
     * @param checkpointsSaved segments whose last position is written down
     * @param segmentsReleased segments that other instances may take at once; any others, when the lease has ended
     * @param abandoned what was being handled and was not finished in time. It is rolled back, and handled again by whoever takes the segment; a
     *     handler that cannot be interrupted may still commit until somebody has
     */
    public record Result(
            Phase phase,
            Duration took,
            boolean forced,
            int subscriptions,
            int inFlight,
            int drained,
            int checkpointsSaved,
            int segmentsReleased,
            List<Abandoned> abandoned) {

        /** Nothing ran. */
        static final Result NOTHING = new Result(Phase.STOPPED, Duration.ZERO, false, 0, 0, 0, 0, 0, List.of());

        /** Copies the list. */
        public Result {
            abandoned = List.copyOf(abandoned);
        }

        /**
         * A batch that was not finished.
         *
         * @param segment subscription and number of the segment
         * @param position the position behind which it begins
         * @param events how many events it had
         */
        public record Abandoned(String segment, long position, int events) {

            @Override
            public String toString() {
                return "%d events of '%s' behind position %d".formatted(events, segment, position);
            }
        }

        /**
         * One line for the log.
         *
         * @return the result in words
         */
        public String summary() {
            String counts =
                    "Stopped %d subscriptions in %d ms: %d of %d events in flight drained, %d checkpoints saved, %d segments released, %d batches abandoned, forced: %s, phase: %s"
                            .formatted(
                                    subscriptions,
                                    took.toMillis(),
                                    drained,
                                    inFlight,
                                    checkpointsSaved,
                                    segmentsReleased,
                                    abandoned.size(),
                                    forced,
                                    phase);
            return abandoned.isEmpty() ? counts : counts + "; rolled back, to be handled again: " + abandoned;
        }
    }

    /** How far a manager is with stopping. */
    public enum Phase {
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
}
