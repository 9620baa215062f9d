package io.eventsource.autoconfigure.endpoint;

import java.io.Serial;
import java.util.Collection;

/** Why the endpoint does not do what it was asked for. */
public final class EndpointProblem extends RuntimeException {

    private static final int UNAVAILABLE = 503;
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

    /**
     * The request is wrong: 400.
     *
     * @param message what is wrong, and what to send
     * @return the problem
     */
    public static EndpointProblem badRequest(String message) {
        return new EndpointProblem(BAD_REQUEST, message);
    }

    /**
     * There is no such thing: 404.
     *
     * @param message what is missing
     * @return the problem
     */
    public static EndpointProblem notFound(String message) {
        return new EndpointProblem(NOT_FOUND, message);
    }

    /**
     * A name that is not among the known ones, which are named: 404.
     *
     * @param what what it should be the name of
     * @param name the name
     * @param known the known names
     * @return the problem
     */
    public static EndpointProblem unknown(String what, String name, Collection<String> known) {
        return notFound("There is no %s '%s', only %s".formatted(what, name, known));
    }

    /**
     * It cannot be done as things are: 409.
     *
     * @param message why, and what to do
     * @return the problem
     */
    public static EndpointProblem conflict(String message) {
        return new EndpointProblem(CONFLICT, message);
    }

    /** The database does not answer: 503. */
    static EndpointProblem unavailable(String message) {
        return new EndpointProblem(UNAVAILABLE, message);
    }

    /**
     * The status of the answer.
     *
     * @return a status of HTTP
     */
    public int status() {
        return status;
    }
}
