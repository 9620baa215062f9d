package io.eventsource.subscription;

import java.time.Duration;
import org.springframework.util.backoff.BackOff;
import org.springframework.util.backoff.ExponentialBackOff;

/** The pauses of what is tried again until it goes well: they grow, and differ from one instance to another. */
final class Pauses {

    private static final long FIRST_MILLIS = 50;
    private static final double GROWTH = 2;
    private static final long JITTER_MILLIS = 10;

    private Pauses() {}

    static BackOff upTo(Duration longest) {
        ExponentialBackOff backOff = new ExponentialBackOff(FIRST_MILLIS, GROWTH);
        backOff.setMaxInterval(longest.toMillis());
        backOff.setJitter(JITTER_MILLIS);
        return backOff;
    }
}
