package io.eventsource.autoconfigure.health;

import io.eventsource.error.ErrorInfo;
import io.eventsource.error.ErrorInfo.ErrorReaction;
import io.eventsource.error.ErrorListener;
import io.eventsource.error.ErrorListeners;
import io.eventsource.time.Clocks.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers for an hour how many errors each subscription had when, to ten seconds. Errors that are waited for
 * ({@link ErrorReaction.AwaitRecovery}) are left out: the subscription's state tells of them as long as they last. To be registered with {@link ErrorListeners}.
 * Thread-safe.
 */
final class RecentErrors implements ErrorListener {

    /** The longest time that can be looked back. */
    static final Duration LONGEST = Duration.ofHours(1);

    private static final int SLOT_SECONDS = 10;
    private static final int SLOTS = 1 + (int) LONGEST.toSeconds() / SLOT_SECONDS;

    private final Map<String, Ring> bySubscription = new ConcurrentHashMap<>();
    private final Ticker ticker;
    private final long begin;

    /** The last slots, each with the number that it had since the beginning. */
    private static final class Ring {

        private final long[] numbers = new long[SLOTS];
        private final int[] counts = new int[SLOTS];
        private long lastAt;

        synchronized void add(long number, long at) {
            lastAt = at;
            int slot = (int) (number % SLOTS);
            if (numbers[slot] != number) {
                numbers[slot] = number;
                counts[slot] = 0;
            }
            counts[slot]++;
        }

        synchronized long lastAt() {
            return lastAt;
        }

        synchronized int since(long first) {
            int sum = 0;
            for (int slot = 0; slot < SLOTS; slot++) {
                sum += numbers[slot] >= first ? counts[slot] : 0;
            }
            return sum;
        }
    }

    /**
     * Remembers nothing yet.
     *
     * @param ticker measures how long ago an error came
     */
    RecentErrors(Ticker ticker) {
        this.ticker = ticker;
        this.begin = ticker.nanos();
    }

    @Override
    public void failed(ErrorInfo error) {
        if (error.reaction() instanceof ErrorReaction.AwaitRecovery) {
            return;
        }
        bySubscription.computeIfAbsent(error.subscription(), name -> new Ring()).add(number(), ticker.nanos());
    }

    /**
     * Whether a subscription has had no error for a while.
     *
     * @param subscription its name
     * @param time the while
     * @return whether the last error, if there was any, is at least so long ago
     */
    public boolean quietFor(String subscription, Duration time) {
        Ring ring = bySubscription.get(subscription);
        return ring == null || ticker.since(ring.lastAt()).compareTo(time) >= 0;
    }

    private long number() {
        return ticker.since(begin).toSeconds() / SLOT_SECONDS;
    }

    /**
     * How many errors a subscription had lately.
     *
     * @param subscription its name
     * @param window how far to look back, at most {@link #LONGEST}
     * @return the number
     */
    int within(String subscription, Duration window) {
        Ring ring = bySubscription.get(subscription);
        return ring == null ? 0 : ring.since(number() - window.toSeconds() / SLOT_SECONDS + 1);
    }
}
