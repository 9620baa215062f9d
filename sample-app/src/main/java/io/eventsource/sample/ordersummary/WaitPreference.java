package io.eventsource.sample.ordersummary;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How long a client is willing to wait for an answer, as {@code Prefer: wait=5} says it (RFC 7240).
 *
 * @param seconds the time, within what the service grants
 * @param stated whether the client has said it
 */
record WaitPreference(int seconds, boolean stated) {

    private static final int USUAL_SECONDS = 2;
    private static final int MOST_SECONDS = 10;

    private static final Pattern WAIT = Pattern.compile("(?:^|[,;\\s])wait\\s*=\\s*\"?(\\d{1,6})\"?");

    /** A preference that says nothing of it, or nothing that can be read, is none: it may be ignored. */
    static WaitPreference of(@Nullable String prefer) {
        Matcher matcher = WAIT.matcher(prefer == null ? "" : prefer);
        return matcher.find()
                ? new WaitPreference(Math.min(MOST_SECONDS, Integer.parseInt(matcher.group(1))), true)
                : new WaitPreference(USUAL_SECONDS, false);
    }

    Duration duration() {
        return Duration.ofSeconds(seconds);
    }

    /** What was granted, for {@code Preference-Applied}. */
    @Override
    public String toString() {
        return "wait=" + seconds;
    }
}
