package io.eventsource.autoconfigure.store;

import io.eventsource.store.EventStoreSettings;
import io.eventsource.store.EventStoreSettings.AppendTiming;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How events are appended.
 *
 * @param timing When an append inside a transaction is checked and its events are inserted.
 * @param idleInTransactionTimeout How long a client may hang between an insert right before the commit and this commit before the server
 *     ends its session, so that it does not hold back the log.
 * @param groupCommit Whether appends of concurrent callers outside a transaction share statements and commits.
 */
@ConfigurationProperties("eventsource.append")
public record AppendProperties(
        @DefaultValue("deferred") AppendTiming timing,
        @DefaultValue("10s") Duration idleInTransactionTimeout,
        @DefaultValue("true") boolean groupCommit) {

    /** Checks the bounds. */
    public AppendProperties {
        new EventStoreSettings(timing, idleInTransactionTimeout, groupCommit);
    }

    EventStoreSettings settings() {
        return new EventStoreSettings(timing, idleInTransactionTimeout, groupCommit);
    }
}
