package io.eventsource.aggregate;

import java.util.List;

/**
 * An aggregate as functions instead of an object: what is decided on a command, and what an event does to the state. A class
 * annotated with {@link AggregateType}; stateless and thread-safe.
 *
 * <p>The class that implements it names the type arguments, so that they can be found at run time.
 *
 * @param <C> the common type of the commands
 * @param <S> the state, an immutable class
 * @param <E> the common type of the events
 */
public interface Decider<C, S, E> {

    /**
     * The state before the first event.
     *
     * @return the state
     */
    S initialState();

    /**
     * Decides on a command. Has no side effect; a command may be decided several times.
     *
     * @param command the command
     * @param state the state, the initial one when the aggregate does not exist yet
     * @return what happens, possibly nothing
     * @throws RuntimeException of any class, when the command is not allowed
     */
    List<E> decide(C command, S state);

    /**
     * Folds an event into a state. Has no side effect and never refuses: the event has happened.
     *
     * @param state the state before the event
     * @param event the event
     * @return the state after the event
     */
    S evolve(S state, E event);
}
