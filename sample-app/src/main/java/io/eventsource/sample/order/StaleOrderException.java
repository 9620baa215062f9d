package io.eventsource.sample.order;

import java.io.Serial;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The order is no longer at the version that the caller's {@code If-Match} names. */
public final class StaleOrderException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final long expectedVersion;
    private final @Nullable Long actualVersion;

    StaleOrderException(UUID orderId, long expectedVersion, @Nullable Long actualVersion, @Nullable Throwable cause) {
        super(
                actualVersion == null
                        ? "The order %s is no longer at version %d.".formatted(orderId, expectedVersion)
                        : "The order %s is at version %d, not %d.".formatted(orderId, actualVersion, expectedVersion),
                cause);
        this.expectedVersion = expectedVersion;
        this.actualVersion = actualVersion;
    }

    /**
     * The version that the caller demanded.
     *
     * @return the version
     */
    public long expectedVersion() {
        return expectedVersion;
    }

    /**
     * The order's version.
     *
     * @return the version, or null when it is not known
     */
    public @Nullable Long actualVersion() {
        return actualVersion;
    }
}
