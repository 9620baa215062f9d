package io.eventsource.autoconfigure.endpoint;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of the endpoint {@code eventsource}: {@code /actuator/eventsource/<name>}. A bean of this type adds a part, or takes the place of the
 * library's part of that name. Called by the threads of requests, several at the same time.
 *
 * <p>Answers are written as JSON: maps, lists, texts, numbers. An {@link EndpointProblem} is answered with its status; an
 * {@link io.eventsource.EventSourceException} with 409 and its message.
 */
public interface EndpointArea {

    /**
     * The name in the path.
     *
     * @return letters, digits and hyphens
     */
    String name();

    /**
     * What there is: {@code GET /actuator/eventsource/<name>}.
     *
     * @param page which part of it
     * @return the answer
     */
    Object list(EndpointPage page);

    /**
     * One of it: {@code GET /actuator/eventsource/<name>/<id>}.
     *
     * @param id which one
     * @param page which part of what belongs to it
     * @return the answer
     * @throws EndpointProblem when there is none of that name; always, unless overridden
     */
    default Object find(String id, EndpointPage page) {
        throw EndpointProblem.unknown("part of " + name(), id, List.of());
    }

    /**
     * Does something: {@code POST /actuator/eventsource/<name>/<id>/<action>}, or {@code POST /actuator/eventsource/<name>/<action>} for all. Only
     * where access to the endpoint is unrestricted.
     *
     * @param id with what, or null for all of it
     * @param action what to do
     * @param order who wants it, and why
     * @return the answer
     * @throws EndpointProblem when it cannot be done; always, unless overridden
     */
    default Object act(@Nullable String id, String action, EndpointOrder order) {
        throw EndpointProblem.unknown("action on " + name(), action, List.of());
    }
}
