package io.eventsource.autoconfigure.endpoint;

import io.eventsource.failure.FailureText;
import io.eventsource.failure.ServerAnswer;
import java.util.List;

/** What the endpoint answers when the database does not do what it is asked for. Says no data of rows. */
final class DatabaseProblem {

    private static final String RIGHT_MISSING = "42501";

    /** No connection, no resources, ended by an operator or a time-out, read-only. */
    private static final List<String> NOT_NOW = List.of("08", "53", "57", "25006");

    private DatabaseProblem() {}

    /** A missing right, which an administrator can give, is 409; a database that is away or too busy 503. Anything else is a fault and thrown. */
    static EndpointProblem of(RuntimeException failure) {
        List<String> states = ServerAnswer.states(failure);
        if (states.contains(RIGHT_MISSING)) {
            return EndpointProblem.conflict(
                    "The database user of this application may not do that: %s. docs/roles.sql says which role may."
                            .formatted(FailureText.of(failure)));
        }
        if (states.stream().anyMatch(state -> NOT_NOW.stream().anyMatch(state::startsWith))) {
            return EndpointProblem.unavailable("The database does not do that now: " + FailureText.of(failure));
        }
        throw failure;
    }
}
