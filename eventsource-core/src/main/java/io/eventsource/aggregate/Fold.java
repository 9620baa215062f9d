package io.eventsource.aggregate;

/**
 * How a stream becomes a state.
 *
 * @param initial the state before the first event
 * @param evolve folds an event, its second argument, into a state
 */
record Fold<S>(S initial, Evolve<S> evolve) {

    /** Folds an event into a state. */
    interface Evolve<S> {

        S apply(S state, Object event);
    }

    /** The fold of an aggregate that has no events yet. */
    static Fold<Object> of(AggregateRoot<?, ?> aggregate) {
        return new Fold<>(aggregate.state(), aggregate::fold);
    }
}
