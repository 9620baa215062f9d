package io.eventsource.error;

import io.eventsource.failure.FailureText;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts errors and tells everybody who wants to know. Thread-safe. */
public final class ErrorListeners {

    private static final Logger log = LoggerFactory.getLogger(ErrorListeners.class);

    private final List<Registered> listeners;
    private final ErrorCounters counters = new ErrorCounters();

    /** A listener, and whether it failed at its last call: that is reported once, and again when it has worked in between. */
    private static final class Registered {

        private final ErrorListener listener;
        private volatile boolean broken;

        private Registered(ErrorListener listener) {
            this.listener = listener;
        }
    }

    /**
     * Creates it.
     *
     * @param listeners who hears from the beginning
     */
    public ErrorListeners(Collection<? extends ErrorListener> listeners) {
        this.listeners = new CopyOnWriteArrayList<>(
                listeners.stream().map(Registered::new).toList());
    }

    /** Ends what a registration began. */
    @FunctionalInterface
    public interface Registration {

        /** Removes the listener. Does nothing the second time. */
        void remove();
    }

    /**
     * Adds a listener of all errors.
     *
     * @param listener who hears
     * @return what removes it again
     */
    public Registration onError(ErrorListener listener) {
        Registered registered = new Registered(listener);
        listeners.add(registered);
        return () -> listeners.remove(registered);
    }

    /**
     * Adds a listener of errors that are bad enough.
     *
     * @param minimum the lowest severity
     * @param listener who hears
     * @return what removes it again
     */
    public Registration onErrorSeverity(ErrorClassification.Severity minimum, ErrorListener listener) {
        return onError(ErrorListener.atLeast(minimum, listener));
    }

    /**
     * Adds a listener of one kind of errors.
     *
     * @param category the kind
     * @param listener who hears
     * @return what removes it again
     */
    public Registration onErrorCategory(ErrorClassification.Category category, ErrorListener listener) {
        return onError(ErrorListener.of(category, listener));
    }

    /**
     * Counts an error and calls the listeners, one after the other in the order of their registration. Throws nothing that a listener
     * throws.
     *
     * @param error the error
     */
    public void publish(ErrorInfo error) {
        counters.count(error);
        listeners.forEach(each -> tell(each, error));
    }

    private static void tell(Registered to, ErrorInfo error) {
        try {
            to.listener.failed(error);
            to.broken = false;
        } catch (RuntimeException | Error failure) {
            if (to.broken) {
                log.debug(
                        "An error listener failed again at an error of '{}'",
                        error.subscription(),
                        FailureText.trace(failure));
            } else {
                log.warn(
                        "An error listener failed at an error of '{}'",
                        error.subscription(),
                        FailureText.trace(failure));
            }
            to.broken = true;
        }
    }

    /**
     * Counts events that were put into the dead-letter queue, those that wait behind another one included. Called when the transaction has
     * committed.
     *
     * @param subscription whose they are
     * @param count how many
     */
    public void parked(String subscription, int count) {
        counters.parked(subscription, count);
    }

    /**
     * What has been counted since this was created, in this JVM.
     *
     * @return the figures at this moment
     */
    public Statistics statistics() {
        return counters.statistics();
    }

    /**
     * How many errors there were, in this JVM since its start.
     *
     * @param total of all subscriptions
     * @param bySubscription of each subscription that had any, by name
     */
    public record Statistics(Figures total, Map<String, Figures> bySubscription) {

        /** Copies the map. */
        public Statistics {
            bySubscription = Map.copyOf(bySubscription);
        }

        /**
         * Some counts.
         *
         * @param errors failed attempts: each time that an event, a batch or reading failed
         * @param deadLetters events that were put into the dead-letter queue, also those that wait behind another one
         * @param byCategory errors of each kind
         * @param bySeverity errors of each severity
         */
        public record Figures(
                long errors,
                long deadLetters,
                Map<ErrorClassification.Category, Long> byCategory,
                Map<ErrorClassification.Severity, Long> bySeverity) {

            /** Copies the maps. */
            public Figures {
                byCategory = Map.copyOf(byCategory);
                bySeverity = Map.copyOf(bySeverity);
            }

            private Figures plus(Figures other) {
                return new Figures(
                        errors + other.errors,
                        deadLetters + other.deadLetters,
                        sum(byCategory, other.byCategory),
                        sum(bySeverity, other.bySeverity));
            }

            private static <K> Map<K, Long> sum(Map<K, Long> one, Map<K, Long> other) {
                Map<K, Long> sum = new TreeMap<>(one);
                other.forEach((key, value) -> sum.merge(key, value, Long::sum));
                return sum;
            }
        }

        static Statistics of(Map<String, Figures> bySubscription) {
            Figures total =
                    bySubscription.values().stream().reduce(new Figures(0, 0, Map.of(), Map.of()), Figures::plus);
            return new Statistics(total, bySubscription);
        }
    }
}
