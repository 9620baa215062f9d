package io.eventsource.autoconfigure.endpoint;

import io.eventsource.event.OperatorNote;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants to be done.
 *
 * @param operator who, within the bounds of {@link OperatorNote}, or null
 * @param reason why, within the bounds of {@link OperatorNote}, or null
 * @param projection only with this projection, or null
 * @param limit with how many at most, or null
 */
public record EndpointOrder(
        @Nullable String operator, @Nullable String reason, @Nullable String projection, @Nullable Integer limit) {

    private static final String SOMEBODY = "actuator";

    /**
     * Checks the texts that are recorded.
     *
     * @throws EndpointProblem when one is blank, too long, or cannot be stored
     */
    public EndpointOrder {
        try {
            OperatorNote unused = new OperatorNote(operator == null ? SOMEBODY : operator, reason);
        } catch (IllegalArgumentException refused) {
            throw EndpointProblem.badRequest(String.valueOf(refused.getMessage()));
        }
    }

    /** Who, or that it was somebody by Actuator. */
    String operatorOrSomebody() {
        return operator == null ? SOMEBODY : operator;
    }

    /**
     * Who, where that has to be said.
     *
     * @return the operator
     * @throws EndpointProblem when nobody is named
     */
    public String requireOperator() {
        return require("operator", operator);
    }

    /**
     * Why, where that has to be said.
     *
     * @return the reason
     * @throws EndpointProblem when none is given
     */
    public String requireReason() {
        return require("reason", reason);
    }

    private static String require(String name, @Nullable String value) {
        if (value == null) {
            throw EndpointProblem.badRequest("Say '%s' in the body".formatted(name));
        }
        return value;
    }
}
