package io.eventsource.autoconfigure.aggregate;

import io.eventsource.aggregate.CommandRetries;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How commands are repeated after a version conflict.
 *
 * @param maxRetries How often a command is repeated at most.
 * @param retryDelay Pause before the first repetition; it doubles with each further one.
 * @param maxRetryDelay Longest pause between repetitions.
 */
@ConfigurationProperties("eventsource.commands")
public record CommandProperties(
        @DefaultValue("10") int maxRetries,
        @DefaultValue("5ms") Duration retryDelay,
        @DefaultValue("250ms") Duration maxRetryDelay) {

    /** Checks the bounds. */
    public CommandProperties {
        new CommandRetries(maxRetries, retryDelay, maxRetryDelay);
    }

    CommandRetries retries() {
        return new CommandRetries(maxRetries, retryDelay, maxRetryDelay);
    }
}
