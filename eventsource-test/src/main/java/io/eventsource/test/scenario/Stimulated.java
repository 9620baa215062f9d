package io.eventsource.test.scenario;

import io.eventsource.event.EventEnvelope;
import io.eventsource.test.DrainToQuiet;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A scenario whose stimulus is over. Says what to wait for. Used by one thread.
 *
 * @param <T> what the stimulus has returned
 */
public final class Stimulated<T> {

    private final Scenario scenario;
    private final long begin;
    private final T result;

    Stimulated(Scenario scenario, long begin, T result) {
        this.scenario = scenario;
        this.begin = begin;
        this.result = result;
    }

    /**
     * What the stimulus has returned.
     *
     * @return the result
     */
    public T result() {
        return result;
    }

    /**
     * Waits until projections, publishers and other subscriptions have handled everything that was appended, and what their handlers have
     * appended meanwhile.
     *
     * @param names which subscriptions; none for all
     * @return hands out what the stimulus has returned
     */
    public Arrival<T> andWaitForProjections(String... names) {
        return new Arrival<>(() -> {
            DrainToQuiet quiet = DrainToQuiet.of(scenario.manager()).within(scenario.timeout());
            if (names.length == 0) {
                quiet.awaitAll();
            } else {
                quiet.await(names);
            }
            return result;
        });
    }

    /**
     * Waits for an event that is appended after the stimulus began, by whomever.
     *
     * @param type the event's class, or one above it
     * @param <E> the event's class
     * @return the first such event
     */
    public <E> EventArrival<E> andWaitForEvent(Class<E> type) {
        return new EventArrival<>(this, type, event -> true);
    }

    /**
     * Waits until something can be seen.
     *
     * @param look looks; what is null, false, an empty optional or an empty collection is not there yet
     * @param <S> what is seen
     * @return hands out what was seen
     */
    public <S> Arrival<S> andWaitForStateChange(Supplier<? extends @Nullable S> look) {
        return new Arrival<>(() -> Patience.until(scenario, begin, "The state has not changed", () -> {
            S seen = look.get();
            return there(seen) ? seen : null;
        }));
    }

    private static boolean there(@Nullable Object seen) {
        return seen != null
                && !Boolean.FALSE.equals(seen)
                && !(seen instanceof Optional<?> optional && optional.isEmpty())
                && !(seen instanceof Collection<?> collection && collection.isEmpty());
    }

    private <E> EventEnvelope<E> await(Class<E> type, Predicate<? super E> condition) {
        return Patience.until(
                scenario,
                begin,
                "No %s has been appended that matches".formatted(type.getSimpleName()),
                () -> scenario.since(begin).stream()
                        .filter(each -> type.isInstance(each.payload()) && condition.test(type.cast(each.payload())))
                        .findFirst()
                        .map(each -> new EventEnvelope<>(
                                each.header(), type.cast(each.payload()), each.part(), each.parts()))
                        .orElse(null));
    }

    /**
     * What is awaited.
     *
     * @param <S> what it is handed out as
     */
    public static final class Arrival<S> {

        private final Supplier<S> awaiting;

        private Arrival(Supplier<S> awaiting) {
            this.awaiting = awaiting;
        }

        /**
         * Waits.
         *
         * @return what has arrived
         * @throws AssertionError when it does not arrive in time, with the events since the stimulus
         */
        public S toArrive() {
            return awaiting.get();
        }

        /**
         * Waits, then verifies.
         *
         * @param assertions looks at what has arrived
         * @throws AssertionError when it does not arrive in time, with the events since the stimulus
         */
        public void toArriveAndVerify(Consumer<? super S> assertions) {
            assertions.accept(toArrive());
        }
    }

    /**
     * An event that is awaited.
     *
     * @param <E> its class
     */
    public static final class EventArrival<E> {

        private final Stimulated<?> stimulated;
        private final Class<E> type;
        private final Predicate<? super E> condition;

        private EventArrival(Stimulated<?> stimulated, Class<E> type, Predicate<? super E> condition) {
            this.stimulated = stimulated;
            this.type = type;
            this.condition = condition;
        }

        /**
         * The first event of the class that meets a condition.
         *
         * @param newCondition the condition, in place of an earlier one
         * @return a copy
         */
        public EventArrival<E> matching(Predicate<? super E> newCondition) {
            return new EventArrival<>(stimulated, type, newCondition);
        }

        /**
         * Waits.
         *
         * @return the event as it is stored
         * @throws AssertionError when it does not arrive in time, with the events since the stimulus
         */
        public EventEnvelope<E> toArrive() {
            return stimulated.await(type, condition);
        }

        /**
         * Waits, then verifies.
         *
         * @param assertions looks at the event
         * @throws AssertionError when it does not arrive in time, with the events since the stimulus
         */
        public void toArriveAndVerify(Consumer<? super E> assertions) {
            assertions.accept(toArrive().payload());
        }
    }
}
