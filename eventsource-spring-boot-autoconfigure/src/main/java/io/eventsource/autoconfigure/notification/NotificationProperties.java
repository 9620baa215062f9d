package io.eventsource.autoconfigure.notification;

import io.eventsource.signal.SignalRelay;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How commits of other instances are heard of.
 *
 * @param enabled Whether commits of other instances are heard of by notifications of PostgreSQL, over one connection that listens and one that
 *     sends; otherwise they are found by polling alone.
 * @param url JDBC URL that leads to the server itself, past a pooler that shares sessions; with the user and password of the pool.
 * @param interval How long after a notification to other instances the next one is sent at the earliest.
 * @param heartbeat How often the listening connection is tried out.
 */
@ConfigurationProperties("eventsource.notifications")
public record NotificationProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable String url,
        @DefaultValue("5ms") Duration interval,
        @DefaultValue("10s") Duration heartbeat) {

    /** Checks the bounds. */
    public NotificationProperties {
        new SignalRelay.Settings(true, interval, heartbeat);
    }

    /**
     * The settings of the relay.
     *
     * @param listen whether this instance wants to hear of others
     */
    SignalRelay.Settings settings(boolean listen) {
        return new SignalRelay.Settings(listen, interval, heartbeat);
    }
}
