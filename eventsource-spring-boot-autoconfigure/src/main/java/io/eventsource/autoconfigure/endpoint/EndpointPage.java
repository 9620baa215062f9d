package io.eventsource.autoconfigure.endpoint;

import org.jspecify.annotations.Nullable;

/**
 * A page of what there is.
 *
 * @param status only of this status, or null
 * @param projection only of this projection, or null
 * @param after what the last page ended with, 0 for the first; not negative
 * @param size how many at most, 1 to 1,000
 */
public record EndpointPage(@Nullable String status, @Nullable String projection, long after, int size) {

    static final int LARGEST = 1_000;
    private static final int USUAL = 100;

    static final EndpointPage FIRST = new EndpointPage(null, null, 0, USUAL);

    static EndpointPage of(
            @Nullable String status, @Nullable String projection, @Nullable String after, @Nullable String size) {
        return new EndpointPage(status, projection, EndpointNumber.parse("after", after, 0, 0, Long.MAX_VALUE), (int)
                EndpointNumber.parse("size", size, USUAL, 1, LARGEST));
    }

    /** The first page of what an order is for. */
    static EndpointPage of(EndpointOrder order) {
        return new EndpointPage(null, order.projection(), 0, order.limit() == null ? USUAL : order.limit());
    }

    static @Nullable Integer limit(@Nullable String limit) {
        return limit == null ? null : (Integer) (int) EndpointNumber.parse("limit", limit, USUAL, 1, LARGEST);
    }
}
