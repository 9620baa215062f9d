package io.eventsource.subscription;

import io.eventsource.EventSourceException;
import io.eventsource.batch.BatchTransaction;
import io.eventsource.event.EventCodec;
import io.eventsource.event.EventSelection;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.subscription.SubscriptionSettings.CheckpointStrategy;
import io.eventsource.time.Clocks;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.ResourceTransactionManager;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;

/** Makes subscriptions out of definitions, and refuses combinations that cannot keep their promise. */
final class SubscriptionFactory {

    private final EventDatabase database;
    private final DataSource dataSource;
    private final EventCodec codec;
    private final TailReader tail;
    private final CheckpointRepository checkpoints;
    private final SegmentRepository segments;
    private final Workers workers;
    private final Duration leaseDuration;
    private final SubscriptionStatus.Listener listener;
    private final ErrorHandling errors;
    private final Clocks clocks;

    SubscriptionFactory(
            EventDatabase database,
            SubscriptionTables tables,
            TailReader tail,
            Workers workers,
            InstanceSettings settings,
            SubscriptionStatus.Listener listener,
            ErrorHandling errors) {
        this.database = database;
        this.dataSource = database.dataSource();
        this.codec = database.codec();
        this.tail = tail;
        this.checkpoints = tables.checkpoints();
        this.segments = tables.segments();
        this.workers = workers;
        this.leaseDuration = settings.leaseDuration();
        this.listener = listener;
        this.errors = errors;
        this.clocks = database.clocks();
    }

    Subscription create(SubscriptionDefinition definition) {
        SubscriptionSettings settings = definition.settings();
        if (settings.batch().timeout().compareTo(leaseDuration) > 0) {
            throw new EventSourceException(
                    "The subscription '%s' has a batch.timeout of %s, above the lease-duration of %s: while a handler waits longer than a lease for something else, the server ends its transaction. Raise eventsource.subscriptions.instance.lease-duration or lower the timeout."
                            .formatted(definition.name(), settings.batch().timeout(), leaseDuration));
        }
        EventSelection selection = selection(definition);
        BatchProcessor unused = processor(definition, selection);
        StoredProgress stored = new StoredProgress(
                definition.name(), segments, tail.reader(), settings.filter().of(selection.storedNames()), tail);
        return new Subscription(definition, tail, stored, listener, errors.listeners(), clocks);
    }

    private EventSelection selection(SubscriptionDefinition definition) {
        Set<String> wanted = wanted(definition.handlers(), definition.settings().filter());
        return definition.handlers().undecoded() ? codec.selectUndecoded(wanted) : codec.select(wanted);
    }

    /** Makes what drives a segment that has just been claimed. */
    SegmentRunner runner(Subscription subscription, SegmentKey key, Checkpoint claimed, SegmentOwnership ownership) {
        SubscriptionDefinition definition = subscription.definition();
        SubscriptionSettings settings = definition.settings();
        EventSelection selection = selection(definition);
        SegmentBatches batches = new SegmentBatches(
                new BatchSource(
                        codec,
                        selection,
                        tail.reader(),
                        tail,
                        settings.filter().of(selection.storedNames()),
                        settings,
                        workers),
                processor(definition, selection),
                batchSize(definition.handlers(), settings));
        SegmentFailures failures = new SegmentFailures(
                key,
                new ErrorPolicy(definition.name(), settings, errors.classifier(), subscription.breaker(), clocks),
                subscription.breaker(),
                subscription.failureLog(),
                subscription);
        return new SegmentRunner(subscription, key, claimed, ownership, batches, failures, clocks);
    }

    private static BatchSize batchSize(EventHandlers handlers, SubscriptionSettings settings) {
        if (handlers.delivery() == Delivery.EXACTLY_ONCE
                && settings.checkpoint().strategy() == CheckpointStrategy.EVERY_EVENT) {
            return new BatchSize(1, 1);
        }
        return new BatchSize(
                settings.batch().size(),
                Math.max(settings.batch().size(), settings.batch().maxInFlight() / 2));
    }

    private static Set<String> wanted(EventHandlers handlers, SubscriptionSettings.Filter filter) {
        Set<String> unhandled = new TreeSet<>(filter.eventTypes());
        unhandled.removeAll(handlers.eventTypes());
        if (!unhandled.isEmpty()) {
            throw new EventSourceException(
                    "The subscription '%s' is filtered by the event types %s, for which it has no handler. It handles %s."
                            .formatted(handlers.name(), unhandled, new TreeSet<>(handlers.eventTypes())));
        }
        return filter.eventTypes().isEmpty() ? handlers.eventTypes() : filter.eventTypes();
    }

    private BatchProcessor processor(SubscriptionDefinition definition, EventSelection selection) {
        EventHandlers handlers = definition.handlers();
        SubscriptionSettings settings = definition.settings();
        PlatformTransactionManager manager = definition.transactionManager();
        ProcessingWatch watch =
                new ProcessingWatch(handlers.name(), settings.batch().timeout(), workers::schedule);
        if (handlers.delivery() == Delivery.AT_LEAST_ONCE) {
            TransactionOperations transaction = manager == null
                    ? TransactionOperations.withoutTransaction()
                    : BatchTransaction.keepingCause(new TransactionTemplate(manager));
            return new AtLeastOnce(
                    new SelectedHandlers(handlers, codec, selection),
                    checkpoints,
                    transaction,
                    new TransactionTemplate(new JdbcTransactionManager(dataSource)),
                    parking(definition),
                    watch,
                    settings);
        }
        if (settings.checkpoint().strategy() == CheckpointStrategy.PERIODIC) {
            throw new EventSourceException(
                    "The subscription '%s' has the checkpoint strategy periodic and exactly-once delivery, which exclude each other: the checkpoint commits with each batch. Remove checkpoint.strategy, or declare its delivery as at least once."
                            .formatted(handlers.name()));
        }
        if (manager == null) {
            throw new EventSourceException(
                    "The subscription '%s' has exactly-once delivery and no transaction manager. Give it the one of the event store's data source."
                            .formatted(handlers.name()));
        }
        requireGoverned(handlers.name(), manager, dataSource);
        return new ExactlyOnce(
                new SelectedHandlers(handlers, codec, selection),
                checkpoints,
                governed(handlers.name(), new TransactionTemplate(manager)),
                dataSource,
                watch,
                settings,
                parking(definition));
    }

    private SegmentParking parking(SubscriptionDefinition definition) {
        return new SegmentParking(
                definition.name(), definition.settings().deadLetter().order(), database, errors);
    }

    /** What can be told before the first batch. */
    private static void requireGoverned(
            String name, PlatformTransactionManager transactionManager, DataSource dataSource) {
        if (transactionManager instanceof ResourceTransactionManager manager
                && manager.getResourceFactory() instanceof DataSource governed
                && TransactionParticipation.target(governed) != TransactionParticipation.target(dataSource)) {
            throw ungoverned(name, transactionManager);
        }
    }

    private static EventSourceException ungoverned(
            String name, @Nullable PlatformTransactionManager transactionManager) {
        return new EventSourceException(
                "The transaction manager %s of the subscription '%s' does not govern the data source of the event store, so that a projection and its checkpoint could not commit together. Give it a transaction manager of that data source, or declare its delivery as at least once."
                        .formatted(transactionManager, name));
    }

    /** Fails a batch whose transaction would not cover the checkpoint, instead of committing the two apart. */
    private TransactionOperations governed(String name, TransactionTemplate template) {
        TransactionParticipation participation = new TransactionParticipation(dataSource);
        // tells the batch's transaction from others of its thread
        template.setName("eventsource batch of " + name);
        return BatchTransaction.keepingCause(new TransactionOperations() {
            @Override
            public <T> T execute(TransactionCallback<T> action) {
                return template.execute(status -> {
                    if (!participation.active()) {
                        throw ungoverned(name, template.getTransactionManager());
                    }
                    return action.doInTransaction(status);
                });
            }
        });
    }
}
