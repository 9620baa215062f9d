package io.eventsource.subscription;

import io.eventsource.EventSourceException;
import io.eventsource.batch.BatchTransaction;
import io.eventsource.deadletter.DeadLetter.ParkingOrder;
import io.eventsource.deadletter.DeadLetterParking;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.log.Bucket;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.subscription.SubscriptionOperations.RebuildRunningException;
import io.eventsource.subscription.SubscriptionStatuses.RebuildProgress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Sets projections back to their beginning and follows them until they have come to where the log was then. What is going on
 * stands in the database: all instances take part, and a restart in the middle changes nothing. Thread-safe.
 */
final class Rebuilds {

    private static final Logger log = LoggerFactory.getLogger(Rebuilds.class);
    private static final int MAX_ATTEMPTS = 5;
    private static final long REPORT_NANOS = Duration.ofSeconds(10).toNanos();

    private final RebuildRepository repository;
    private final StartingPoints startingPoints;
    private final CheckpointRepository checkpoints;
    private final DataSource dataSource;
    private final EventSourceSchema schema;

    /** When the progress of each was last logged. */
    private final Map<String, Long> reported = new ConcurrentHashMap<>();

    Rebuilds(SubscriptionTables tables, EventDatabase database) {
        this.repository = tables.rebuilds();
        this.startingPoints = tables.startingPoints();
        this.checkpoints = tables.checkpoints();
        this.dataSource = database.dataSource();
        this.schema = database.schema();
    }

    private DeadLetterParking parking(String name) {
        return new DeadLetterParking(
                name, Bucket.Range.ALL.first(), Bucket.Range.ALL.last(), ParkingOrder.BY_AGGREGATE, dataSource, schema);
    }

    /**
     * Empties a read model and sets its checkpoint back, in one transaction, which the server ends when its client is silent for the
     * time of a lease: it holds all segments.
     *
     * @param repeatEffects whether handlers with effects elsewhere may be called again
     * @throws RebuildRunningException when it is being rebuilt
     * @throws EventSourceException when it cannot be rebuilt
     */
    void begin(SubscriptionDefinition definition, boolean repeatEffects) {
        String name = definition.name();
        Runnable reset = requireResettable(definition, repeatEffects);
        // what follows waits for the batches under way, and lets none begin meanwhile
        if (repository.progress(name).isPresent()) {
            throw new RebuildRunningException(name);
        }
        long from = startingPoints.resolve(definition.settings().startFrom());
        long until = startingPoints.highWaterMark();
        TransactionTemplate transaction = new TransactionTemplate(storeTransactions(definition));
        transaction.setName("eventsource reset of " + name);
        // within a transaction of the caller nothing can be repeated: it is broken then
        int attempts = TransactionSynchronizationManager.isActualTransactionActive() ? 1 : MAX_ATTEMPTS;
        for (int attempt = 1; !setBack(name, reset, from, until, transaction, attempt == attempts); attempt++) {
            log.info("'{}' could not be set back, because a batch had locked what its reset handler wants", name);
        }
        log.info("Rebuilding '{}' from position {} to {}", name, from, until);
    }

    /** Says whether it went well; a batch and a reset handler that lock rows in different order may end each other. */
    private boolean setBack(
            String name, Runnable reset, long from, long until, TransactionTemplate transaction, boolean last) {
        try {
            transaction.executeWithoutResult(status -> setBack(name, reset, from, until, status));
            return true;
        } catch (PessimisticLockingFailureException deadlock) {
            if (last) {
                throw deadlock;
            }
            return false;
        }
    }

    private void setBack(String name, Runnable reset, long from, long until, TransactionStatus status) {
        checkpoints.beginReset(name);
        BatchTransaction begun = BatchTransaction.current(name, dataSource, status);
        List<Boolean> rebuilding = repository.lock(name);
        if (rebuilding.isEmpty()) {
            throw new EventSourceException(
                    "'%s' has no checkpoint yet, so there is nothing to rebuild. Start it first.".formatted(name));
        }
        if (rebuilding.contains(true)) {
            throw new RebuildRunningException(name);
        }
        DeadLetterParking parking = parking(name);
        parking.holdReplays();
        // behind the locks: what batches and replays under way have committed is seen and removed
        reset.run();
        begun.requireIntact();
        if (!checkpoints.begun()) {
            throw begun.ended();
        }
        repository.reset(name, from, until);
        int discarded = parking.forget("rebuild", "The projection is rebuilt and comes by all events again.");
        log.debug("{} dead letters of '{}' are discarded", discarded, name);
    }

    /** Whether a rebuild needs nobody's consent. */
    static boolean harmless(SubscriptionDefinition definition) {
        return definition.handlers().resetHandler() != null
                && definition.handlers().delivery() == Delivery.EXACTLY_ONCE
                && !(definition.settings().startFrom() instanceof StartPosition.End);
    }

    private static Runnable requireResettable(SubscriptionDefinition definition, boolean repeatEffects) {
        String name = definition.name();
        Runnable reset = definition.handlers().resetHandler();
        if (reset == null) {
            throw new EventSourceException(
                    "'%s' cannot be rebuilt, because nothing says how to empty its read model. Give it a method with @ResetHandler."
                            .formatted(name));
        }
        if (definition.settings().startFrom() instanceof StartPosition.End) {
            throw new EventSourceException(
                    "'%s' began at the end of the log (start-from: end), so there is no history to rebuild it from."
                            .formatted(name));
        }
        if (definition.handlers().delivery() == Delivery.EXACTLY_ONCE) {
            return reset;
        }
        if (!repeatEffects) {
            throw new EventSourceException(
                    "'%s' has effects elsewhere (at-least-once delivery), which a rebuild would repeat for all its history. Ask for that explicitly: rebuildRepeatingEffects."
                            .formatted(name));
        }
        PlatformTransactionManager own = definition.transactionManager();
        return own == null ? reset : () -> new TransactionTemplate(own).executeWithoutResult(status -> reset.run());
    }

    private PlatformTransactionManager storeTransactions(SubscriptionDefinition definition) {
        PlatformTransactionManager own = definition.transactionManager();
        return own != null && definition.handlers().delivery() == Delivery.EXACTLY_ONCE
                ? own
                : new JdbcTransactionManager(dataSource);
    }

    Optional<RebuildProgress> progress(String name) {
        return repository.progress(name);
    }

    /** Ends a rebuild whose segments have all arrived; tells now and then how far one is. */
    void follow(String name, List<SegmentRow> rows) {
        if (rows.stream().noneMatch(row -> row.checkpoint().rebuildUntil() != null)) {
            reported.remove(name);
            return;
        }
        boolean arrived = rows.stream()
                .map(SegmentRow::checkpoint)
                .allMatch(each -> each.rebuildUntil() == null || each.rebuilt(each.position()));
        Optional<RebuildProgress> progress = arrived || due(name) ? repository.progress(name) : Optional.empty();
        if (arrived && repository.finish(name)) {
            progress.ifPresent(
                    each -> log.info("Rebuilt '{}' up to position {} in {}", name, each.total(), each.elapsed()));
        } else {
            progress.ifPresent(Rebuilds::report);
        }
    }

    private boolean due(String name) {
        long now = System.nanoTime();
        Long last = reported.putIfAbsent(name, now);
        return last != null && now - last >= REPORT_NANOS && reported.replace(name, last, now);
    }

    private static void report(RebuildProgress progress) {
        log.info(
                "Rebuilding '{}': {} % ({} of {} positions), {} per second, {} to go",
                progress.name(),
                String.format(Locale.ROOT, "%.1f", 100 * progress.fraction()),
                progress.done(),
                progress.total(),
                Math.round(progress.perSecond()),
                progress.remaining());
    }
}
