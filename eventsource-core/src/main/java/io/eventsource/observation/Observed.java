package io.eventsource.observation;

import io.eventsource.failure.FailureText;
import io.micrometer.observation.Observation;
import java.util.function.Supplier;

/**
 * Runs what is observed. A span hears of an error without its message, since it may be read by others than the data; the context keeps the
 * error itself, so that the tag {@code error} of the meters is its class.
 */
final class Observed {

    private Observed() {}

    static <T> T call(Observation observation, Supplier<T> work) {
        observation.start();
        try {
            return scoped(observation, work);
        } finally {
            observation.stop();
        }
    }

    /** Runs a part of what is observed, which goes on afterwards unless this fails. */
    static <T> T scoped(Observation observation, Supplier<T> work) {
        Observation.Scope scope = observation.openScope();
        try {
            return work.get();
        } catch (RuntimeException | Error failure) {
            failed(observation, failure);
            throw failure;
        } finally {
            scope.close();
        }
    }

    static void failed(Observation observation, Throwable failure) {
        observation.error(FailureText.withoutData(failure));
        observation.getContext().setError(failure);
    }
}
