package io.eventsource.event;

import org.jspecify.annotations.Nullable;

/**
 * Who does something by hand, and why, as it is recorded. Checked like the texts of an append, so that the database stores it as it was given.
 *
 * @param operator who: not blank, at most {@value #MAX_OPERATOR} characters
 * @param reason why: not blank, at most {@value #MAX_REASON} characters; or null when nobody has said
 */
public record OperatorNote(String operator, @Nullable String reason) {

    /** The longest name of an operator, in characters. */
    public static final int MAX_OPERATOR = 200;

    /** The longest reason, in characters. */
    public static final int MAX_REASON = 2_000;

    /**
     * Checks both texts.
     *
     * @throws IllegalArgumentException when a text is blank, too long, or cannot be stored
     */
    public OperatorNote {
        check("operator", operator, MAX_OPERATOR);
        check("reason", reason, MAX_REASON);
    }

    private static void check(String what, @Nullable String text, int longest) {
        if (text == null) {
            return;
        }
        if (text.isBlank()) {
            throw new IllegalArgumentException(
                    "The %s is blank. Who does something by hand, and why, is recorded: say it in words."
                            .formatted(what));
        }
        if (text.length() > longest) {
            throw new IllegalArgumentException(
                    "The %s has %d characters; at most %d are recorded".formatted(what, text.length(), longest));
        }
        StorableText.require(what, text);
    }
}
