package io.eventsource.autoconfigure.aggregate;

import io.eventsource.aggregate.CommandRetries;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How commands are executed.
 *
 * @param retry How a command is retried after a version conflict.
 */
@ConfigurationProperties("eventsource.commands")
public record CommandProperties(@DefaultValue Retry retry) {

    CommandRetries retries() {
        return retry.settings();
    }

    /**
     * How a command is retried after a version conflict.
     *
     * @param maxRetries How often it is retried at most.
     * @param delay Pause before the first retry; it doubles with each further one.
     * @param maxDelay Longest pause between retries.
     */
    public record Retry(
            @DefaultValue("10") int maxRetries,
            @DefaultValue("5ms") Duration delay,
            @DefaultValue("250ms") Duration maxDelay) {

        /** Checks the bounds. */
        public Retry {
            new CommandRetries(maxRetries, delay, maxDelay);
        }

        private CommandRetries settings() {
            return new CommandRetries(maxRetries, delay, maxDelay);
        }
    }
}
