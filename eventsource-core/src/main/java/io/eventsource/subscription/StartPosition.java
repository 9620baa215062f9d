package io.eventsource.subscription;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a subscription begins that has no checkpoint yet. One that has a checkpoint always goes on there.
 *
 * <p>As text: {@code beginning} (also {@code checkpoint}, for those who think of going on there), {@code end}, a position
 * such as {@code 4711}, or a time such as {@code 2026-01-31T12:00:00Z}.
 */
public sealed interface StartPosition {

    /** At the first event. */
    record Beginning() implements StartPosition {}

    /** Behind the high-water mark when it starts for the first time: only what is appended afterwards is handled. */
    record End() implements StartPosition {}

    /**
     * Behind a position.
     *
     * @param position the position, 0 or more; one ahead of the high-water mark means the events behind it, once there are any
     */
    record After(long position) implements StartPosition {

        /** Checks the position. */
        public After {
            if (position < 0) {
                throw new IllegalArgumentException("a position must be 0 or more, but it is " + position);
            }
        }
    }

    /**
     * At the lowest position up to the high-water mark that was inserted at a time or later, by the database's clock. Times of insertion are not
     * monotone in position: a few events from before that time may follow behind it, and none from after it is missed.
     *
     * @param time the time
     */
    record At(Instant time) implements StartPosition {}

    /**
     * Reads the form that configuration uses.
     *
     * @param text as this type's description says
     * @return the position
     * @throws IllegalArgumentException when it is none of these
     */
    static StartPosition parse(String text) {
        Matcher number = Pattern.compile("\\d{1,18}").matcher(text);
        if (number.matches()) {
            return new After(Long.parseLong(text));
        }
        switch (text.toLowerCase(Locale.ROOT)) {
            case "beginning", "checkpoint" -> {
                return new Beginning();
            }
            case "end" -> {
                return new End();
            }
            default -> {
                try {
                    return new At(Instant.parse(text));
                } catch (DateTimeException neither) {
                    throw new IllegalArgumentException(
                            "must be 'checkpoint', 'beginning', 'end', a position or a time such as 2026-01-31T12:00:00Z, but it is '%s'"
                                    .formatted(text),
                            neither);
                }
            }
        }
    }
}
