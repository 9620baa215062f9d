package io.eventsource.signal;

import java.time.Duration;

/**
 * How the signal is carried between processes.
 *
 * @param listen whether this process wants to hear of others' commits; one that only appends need not
 * @param notifyInterval how long after a notification the next one is sent at the earliest, 1 ms to 1 minute
 * @param heartbeat how often the listener notifies itself, 10 ms to 1 hour; when it has not heard itself for three such
 *     intervals, it connects anew
 */
public record SignalRelaySettings(boolean listen, Duration notifyInterval, Duration heartbeat) {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the property that is out of bounds
     */
    public SignalRelaySettings {
        requireBetween("interval", notifyInterval, Duration.ofMillis(1), Duration.ofMinutes(1));
        requireBetween("heartbeat", heartbeat, Duration.ofMillis(10), Duration.ofHours(1));
    }

    private static void requireBetween(String property, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException("eventsource.notifications.%s must be %s to %s, but it is %s"
                    .formatted(property, least, most, value));
        }
    }
}
