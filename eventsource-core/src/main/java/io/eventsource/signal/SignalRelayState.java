package io.eventsource.signal;

import io.eventsource.failure.FailureText;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the relay's two threads have come upon, for people: each change is logged once. Thread-safe. */
final class SignalRelayState {

    private static final Logger log = LoggerFactory.getLogger(SignalRelay.class);

    private final boolean listen;
    private final Clock clock;
    private boolean started;
    private boolean connected;
    private boolean listenerFailed;
    private boolean senderFailed;
    private Instant since;
    private @Nullable Throwable lastFailure;
    private @Nullable Instant lastFailureAt;

    SignalRelayState(boolean listen, Clock clock) {
        this.listen = listen;
        this.clock = clock;
        this.since = clock.instant();
    }

    synchronized SignalRelay.Status status() {
        return new SignalRelay.Status(listen && started, connected, since, !senderFailed, lastFailure, lastFailureAt);
    }

    synchronized boolean connected() {
        return connected;
    }

    synchronized void started(boolean nowStarted) {
        started = nowStarted;
        listenerFailed = false;
        senderFailed = false;
        change(false);
    }

    synchronized void hearing() {
        if (listenerFailed) {
            log.info("Hearing of other processes' commits again");
        }
        listenerFailed = false;
        if (!connected) {
            change(true);
        }
    }

    synchronized void lost(Throwable failure) {
        if (!listenerFailed) {
            log.warn(
                    "Cannot hear of other processes' commits, trying again; their events are found by polling",
                    FailureText.trace(failure));
        }
        listenerFailed = true;
        failed(failure);
        if (connected) {
            change(false);
        }
    }

    synchronized void sent() {
        if (senderFailed) {
            log.info("Telling other processes of commits again");
        }
        senderFailed = false;
    }

    synchronized void notSent(Throwable failure) {
        if (!senderFailed) {
            log.warn(
                    "Cannot tell other processes of commits, trying again; they find the events by polling",
                    FailureText.trace(failure));
        }
        senderFailed = true;
        failed(failure);
    }

    /** Nothing follows from it: whoever closes has no more use for the connection. */
    void notClosed(Throwable failure) {
        log.debug("A connection could not be closed", FailureText.trace(failure));
    }

    private void failed(Throwable failure) {
        lastFailure = failure;
        lastFailureAt = clock.instant();
    }

    private void change(boolean nowConnected) {
        connected = nowConnected;
        since = clock.instant();
    }
}
