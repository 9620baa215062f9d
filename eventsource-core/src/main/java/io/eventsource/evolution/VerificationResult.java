package io.eventsource.evolution;

import java.time.Duration;
import java.util.List;

/**
 * What a verification found.
 *
 * @param events how many stored events were decoded or failed
 * @param upToPosition the position up to which the log was read
 * @param elapsed how long it took
 * @param counts how many events of each stored type and revision there are, failures included, in their order
 * @param failures what could not be decoded, by type, revision and cause, in the order of first positions
 */
public record VerificationResult(
        long events, long upToPosition, Duration elapsed, List<RevisionCount> counts, List<DecodingFailure> failures) {

    /**
     * Whether every event could be decoded.
     *
     * @return whether there is no failure
     */
    public boolean successful() {
        return failures.isEmpty();
    }

    /**
     * How many events could not be decoded.
     *
     * @return the sum over all failures
     */
    public long failedEvents() {
        return failures.stream().mapToLong(DecodingFailure::count).sum();
    }
}
