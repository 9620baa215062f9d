package io.eventsource.aggregate;

import java.util.UUID;

/**
 * The state of an aggregate that a {@link Decider} folds.
 *
 * @param id the aggregate
 * @param state its state
 * @param version the version of the last event in the state, 0 when the aggregate has no events
 * @param <S> the state's class
 */
public record AggregateState<S>(UUID id, S state, long version) {}
