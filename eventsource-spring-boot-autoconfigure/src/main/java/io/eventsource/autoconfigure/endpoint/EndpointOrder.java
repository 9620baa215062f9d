package io.eventsource.autoconfigure.endpoint;

import org.jspecify.annotations.Nullable;

/**
 * What somebody wants to be done.
 *
 * @param operator who, or null
 * @param reason why, or null
 * @param projection only with this projection, or null
 * @param limit with how many at most, or null
 */
public record EndpointOrder(
        @Nullable String operator, @Nullable String reason, @Nullable String projection, @Nullable Integer limit) {

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
        if (value == null || value.isBlank()) {
            throw EndpointProblem.badRequest("Say '%s' in the body".formatted(name));
        }
        return value;
    }
}
