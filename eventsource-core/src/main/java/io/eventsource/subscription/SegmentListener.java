package io.eventsource.subscription;

import io.eventsource.error.ErrorInfo;
import java.time.Duration;
import java.time.Instant;

/** Hears what a runner does, in its thread. */
interface SegmentListener {

    void stateChanged();

    void moved();

    void handled(int events, Duration took, Instant at);

    void failed(ErrorInfo error);
}
