package io.eventsource.autoconfigure.shutdown;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the process ends.
 *
 * @param exitZeroOnSigterm Whether the process exits with 0 in place of 143 when it has stopped in order after SIGTERM.
 */
@ConfigurationProperties("eventsource.shutdown")
public record ShutdownProperties(@DefaultValue("false") boolean exitZeroOnSigterm) {}
