package io.eventsource.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.aggregate.AggregateRoot;
import io.eventsource.payload.PayloadProof;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.test.assertion.EventsAssert;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.jspecify.annotations.Nullable;

/**
 * Tests an aggregate in the words of its events: given what has happened, when a command arrives, then these events are
 * raised, or the command is refused.
 *
 * <pre>{@code
 * AggregateFixture.of(Order.class)
 *         .given(new OrderCreated("customer-1"))
 *         .when(order -> order.cancel("changed my mind"))
 *         .thenRaised(new OrderCancelled("changed my mind"));
 * }</pre>
 *
 * <p>Events go through their JSON, as in the store: those of the history are folded as they would be read, and those that are
 * raised must come back equal. An event that the store would refuse fails the test with the store's exception,
 * {@link io.eventsource.payload.UnprovenTypeException} or {@link io.eventsource.payload.EventEncodingException}.
 *
 * @param <A> the aggregate class
 */
public final class AggregateFixture<A extends AggregateRoot<?, ?>> {

    private final Class<A> aggregateClass;
    private final List<?> history;
    private final PayloadProof proof;

    private AggregateFixture(Class<A> aggregateClass, List<?> history, PayloadProof proof) {
        this.aggregateClass = aggregateClass;
        this.history = history;
        this.proof = proof;
    }

    /**
     * A fixture for an aggregate to which nothing has happened.
     *
     * @param aggregateClass the aggregate class
     * @param <A> the aggregate class
     * @return the fixture
     */
    public static <A extends AggregateRoot<?, ?>> AggregateFixture<A> of(Class<A> aggregateClass) {
        return new AggregateFixture<>(aggregateClass, List.of(), new PayloadProof(PayloadSerializer.json()));
    }

    /**
     * This fixture with another JSON form of events, such as the library's with the modules of the application:
     * {@code PayloadSerializer.json(customizer)}.
     *
     * @param serializer as the application has it
     * @return a copy
     */
    public AggregateFixture<A> serializer(PayloadSerializer serializer) {
        return new AggregateFixture<>(aggregateClass, history, new PayloadProof(serializer));
    }

    /**
     * This fixture with a history.
     *
     * @param events what has happened, in order; replaces an earlier history
     * @return a copy
     */
    public AggregateFixture<A> given(Object... events) {
        return new AggregateFixture<>(aggregateClass, List.of(events), proof);
    }

    /**
     * Gives a command to the aggregate.
     *
     * @param command calls a method of the aggregate
     * @return what came of it
     * @throws io.eventsource.payload.UnprovenTypeException when events of a class could not be read back
     * @throws io.eventsource.payload.EventEncodingException when an event could not be stored, or not be read back equal
     */
    public Outcome<A> when(Consumer<A> command) {
        A aggregate = AggregateRepository.replay(aggregateClass, UUID.randomUUID(), asStored(history));
        Throwable refusal = catchThrowable(() -> command.accept(aggregate));
        asStored(aggregate.uncommittedEvents());
        return new Outcome<>(aggregate, refusal);
    }

    /** The events as the store gives them back. */
    private List<Object> asStored(Collection<?> events) {
        proof.prove(events.stream().map(Object::getClass).distinct().toList());
        return events.stream().<Object>map(proof::copy).toList();
    }

    /**
     * What came of a command.
     *
     * @param <A> the aggregate class
     */
    public static final class Outcome<A extends AggregateRoot<?, ?>> {

        private final A aggregate;
        private final @Nullable Throwable refusal;

        private Outcome(A aggregate, @Nullable Throwable refusal) {
            this.aggregate = aggregate;
            this.refusal = refusal;
        }

        /**
         * Asserts that the command raised exactly these events.
         *
         * @param events the events, in order
         * @return this outcome
         */
        public Outcome<A> thenRaised(Object... events) {
            assertThat(refusal).as("the command's refusal").isNull();
            EventsAssert unused = EventsAssert.assertThatEvents(aggregate.uncommittedEvents())
                    .as("events raised")
                    .containsExactly(events);
            return this;
        }

        /**
         * Asserts that the command raised nothing and was not refused.
         *
         * @return this outcome
         */
        public Outcome<A> thenNothing() {
            return thenRaised();
        }

        /**
         * Asserts that the command was refused without raising anything.
         *
         * @param type the exception's class
         * @return assertions on the exception
         */
        public AbstractThrowableAssert<?, ? extends Throwable> thenRefused(Class<? extends Throwable> type) {
            assertThat(aggregate.uncommittedEvents()).as("events raised").isEmpty();
            return assertThat(refusal).as("the command's refusal").isInstanceOf(type);
        }

        /**
         * Hands out the aggregate after the command.
         *
         * @param assertions looks at the aggregate
         * @return this outcome
         */
        public Outcome<A> then(Consumer<A> assertions) {
            assertThat(refusal).as("the command's refusal").isNull();
            assertions.accept(aggregate);
            return this;
        }
    }
}
