package io.eventsource.autoconfigure.endpoint;

import org.jspecify.annotations.Nullable;

/**
 * A page of what there is.
 *
 * @param status only of this status, or null
 * @param projection only of this projection, or null
 * @param after what the last page ended with, 0 for the first
 * @param size how many at most
 */
public record EndpointPage(@Nullable String status, @Nullable String projection, long after, int size) {

    static final int LARGEST = 1_000;
    private static final int USUAL = 100;

    static EndpointPage of(
            @Nullable String status, @Nullable String projection, @Nullable Long after, @Nullable Integer size) {
        int wanted = size == null ? USUAL : size;
        if (wanted < 1 || wanted > LARGEST) {
            throw EndpointProblem.badRequest("size must be 1 to %d, but it is %d".formatted(LARGEST, wanted));
        }
        return new EndpointPage(status, projection, after == null ? 0 : after, wanted);
    }
}
