package io.eventsource.autoconfigure.endpoint;

import java.io.Serial;
import java.util.Collection;

/** Why the endpoint does not do what it was asked for. */
final class EndpointProblem extends RuntimeException {

    private static final int CONFLICT = 409;
    private static final int NOT_FOUND = 404;
    private static final int BAD_REQUEST = 400;

    @Serial
    private static final long serialVersionUID = 1L;

    private final int status;

    private EndpointProblem(int status, String message) {
        super(message);
        this.status = status;
    }

    static EndpointProblem badRequest(String message) {
        return new EndpointProblem(BAD_REQUEST, message);
    }

    static EndpointProblem notFound(String message) {
        return new EndpointProblem(NOT_FOUND, message);
    }

    /** A name that is not among the known ones, which are named. */
    static EndpointProblem unknown(String what, String name, Collection<String> known) {
        return notFound("There is no %s '%s', only %s".formatted(what, name, known));
    }

    static EndpointProblem conflict(String message) {
        return new EndpointProblem(CONFLICT, message);
    }

    int status() {
        return status;
    }
}
