package io.eventsource.signal;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether commits are heard of between processes at once. Where they are not, polling finds the events: later, but all.
 *
 * @param listening whether this process is to hear of others' commits, and has been started
 * @param connected whether it hears itself, and so others
 * @param since since when it is so
 * @param sending whether the last attempt to tell others went well
 * @param lastFailure what went wrong last, since the start, in listening or sending; null when nothing did
 * @param lastFailureAt when that was
 */
public record SignalRelayStatus(
        boolean listening,
        boolean connected,
        Instant since,
        boolean sending,
        @Nullable Throwable lastFailure,
        @Nullable Instant lastFailureAt) {}
