package io.eventsource.autoconfigure.metrics;

import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.observation.EventSourceObservations.AppendContext;
import io.eventsource.observation.EventSourceObservations.AppendContext.Outcome;
import io.eventsource.store.AppendException;
import io.eventsource.store.StreamAppend;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Counts, out of the observation of appends, the events appended and the conflicts. Events of a transaction count when it has
 * committed; those that it undid by a savepoint count with the others.
 */
final class AppendMeters implements ObservationHandler<AppendContext> {

    private final Supplier<@Nullable MeterRegistry> registry;
    private final TransactionParticipation participation;

    AppendMeters(Supplier<@Nullable MeterRegistry> registry, TransactionParticipation participation) {
        this.registry = registry;
        this.participation = participation;
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
        return context instanceof AppendContext;
    }

    @Override
    public void onStop(AppendContext context) {
        if (context.outcome() == Outcome.CONFLICT && context.getError() instanceof AppendException conflict) {
            CountersFromZero.conflicts(registry.get(), conflict.aggregateType(), 1);
        } else if (context.outcome() == Outcome.APPENDED) {
            whenCommitted(context, () -> context.appends().forEach(this::countEvents));
        }
    }

    private void countEvents(StreamAppend append) {
        CountersFromZero.appended(
                registry.get(), append.aggregateType(), append.events().size());
    }

    private void whenCommitted(AppendContext context, Runnable count) {
        if (context.alone()
                || !TransactionSynchronizationManager.isSynchronizationActive()
                || !participation.running()) {
            count.run();
            return;
        }
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCompletion(int status) {
                if (status == STATUS_COMMITTED) {
                    count.run();
                }
            }
        });
    }
}
