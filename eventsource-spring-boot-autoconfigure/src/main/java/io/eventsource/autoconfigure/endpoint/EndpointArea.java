package io.eventsource.autoconfigure.endpoint;

import org.jspecify.annotations.Nullable;

/** A part of the endpoint {@code eventsource}: {@code /actuator/eventsource/<name>}. Answers are made of maps, lists, texts and numbers. */
interface EndpointArea {

    /** The name in the path. */
    String name();

    /** What there is. */
    Object list(EndpointPage page);

    /**
     * One of it.
     *
     * @throws EndpointProblem when there is none of that name
     */
    Object find(String id, EndpointPage page);

    /**
     * Does something.
     *
     * @param id with what, or null for all of it
     * @throws EndpointProblem when it cannot be done
     */
    Object act(@Nullable String id, String action, EndpointOrder order);
}
