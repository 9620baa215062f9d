package io.eventsource.autoconfigure.lifecycle;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the library and the process end.
 *
 * @param drainTimeout How long what is being handled may go on when the application stops.
 * @param timeout How long stopping the subscriptions may take altogether.
 * @param exitZeroOnSigterm Whether the process exits with 0 in place of 143 when it has stopped in order after SIGTERM.
 */
@ConfigurationProperties("eventsource.shutdown")
public record ShutdownProperties(
        @DefaultValue("10s") Duration drainTimeout,
        @DefaultValue("30s") Duration timeout,
        @DefaultValue("false") boolean exitZeroOnSigterm) {

    private static final String PREFIX = "eventsource.shutdown.";

    /** Checks the bounds. */
    public ShutdownProperties {
        if (drainTimeout.isNegative()) {
            throw new IllegalArgumentException(
                    PREFIX + "drain-timeout must not be negative, but it is " + drainTimeout);
        }
        if (timeout.compareTo(drainTimeout) < 0) {
            throw new IllegalArgumentException("%stimeout must not be below %sdrain-timeout, but they are %s and %s"
                    .formatted(PREFIX, PREFIX, timeout, drainTimeout));
        }
    }
}
