package io.eventsource.autoconfigure.endpoint;

import org.jspecify.annotations.Nullable;

/** A number in a request. */
final class EndpointNumber {

    private static final int SHOWN = 40;

    private EndpointNumber() {}

    /**
     * Reads a number.
     *
     * @throws EndpointProblem when it is none, or out of bounds
     */
    static long parse(String name, @Nullable String text, long usual, long least, long most) {
        if (text == null) {
            return usual;
        }
        try {
            long number = Long.parseLong(text.strip());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException none) {
            // answered below, as a number out of bounds is
        }
        throw EndpointProblem.badRequest("%s must be a whole number from %d to %d, but it is '%s'"
                .formatted(name, least, most, text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text));
    }
}
