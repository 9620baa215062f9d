package io.eventsource.sample.environment;

import java.io.Serial;

/** An environment variable has a value of the wrong form. */
final class InvalidVariableException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String variable;

    /** The expectation is what belongs there; the value itself is only quoted where it can be no secret. */
    InvalidVariableException(String variable, String expectation) {
        super("The environment variable %s must be %s.".formatted(variable, expectation));
        this.variable = variable;
    }

    static InvalidVariableException of(String variable, String value, String expectation) {
        return new InvalidVariableException(variable, "%s, but it is '%s'".formatted(expectation, value));
    }

    String variable() {
        return variable;
    }
}
