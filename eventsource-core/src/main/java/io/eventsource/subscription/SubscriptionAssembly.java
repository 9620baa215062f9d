package io.eventsource.subscription;

import io.eventsource.EventSourceException;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.event.EventCodec;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.log.HighWaterMark;
import io.eventsource.log.LogReader;
import io.eventsource.signal.LogSignal;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes the parts of a {@link SubscriptionManager} and puts them together. */
final class SubscriptionAssembly {

    private static final Duration LONGEST_PAUSE_OF_TAIL = Duration.ofSeconds(5);

    final EventDatabase database;
    final HighWaterMark highWaterMark;
    final LogSignal signal;
    final InstanceSettings settings;
    final ErrorHandling errors;
    final Loops<String> loops;
    final Workers workers;
    final TailReader tail;
    final SubscriptionTables tables;
    final Rebuilds rebuilds;
    final Map<String, Subscription> subscriptions;
    final List<DeadLetterReplay.Target> replayTargets;
    final SegmentCoordinator coordinator;

    SubscriptionAssembly(SubscriptionManager.Builder given, Collection<SubscriptionDefinition> definitions) {
        this.database = given.database;
        this.highWaterMark = given.highWaterMark;
        this.signal = given.signal;
        this.settings = given.settings;
        this.errors = given.errors;
        this.loops = new Loops<>(given.threads);
        this.workers = new Workers(given.threads);
        LogReader reader = new LogReader(database.dataSource(), database.schema(), settings.maxPageBytes());
        this.tail = new TailReader(
                highWaterMark,
                reader,
                union(definitions, database.codec()),
                signal,
                settings,
                Pauses.upTo(LONGEST_PAUSE_OF_TAIL),
                database.clocks());
        this.tables = SubscriptionTables.of(database, highWaterMark, settings);
        this.rebuilds = new Rebuilds(tables, database);
        SubscriptionFactory factory =
                new SubscriptionFactory(database, tables, tail, workers, settings, given.listener, errors);
        this.subscriptions = subscriptions(definitions, factory);
        ProcessingWatch.Timer replayTimer = workers.passing("eventsource-replay-timer");
        this.replayTargets = definitions.stream()
                .map(each -> replayTarget(each, replayTimer))
                .toList();
        this.coordinator =
                new SegmentCoordinator(settings, subscriptions, tables, factory, rebuilds, signal, given.threads);
    }

    /** What at least one of them handles. */
    private static SubscriptionSettings.Filter union(Collection<SubscriptionDefinition> definitions, EventCodec codec) {
        Set<String> types = definitions.stream()
                .flatMap(each -> each.handlers().eventTypes().stream())
                .collect(Collectors.toSet());
        return SubscriptionSettings.Filter.NONE.of(codec.select(types).storedNames());
    }

    private static Map<String, Subscription> subscriptions(
            Collection<SubscriptionDefinition> definitions, SubscriptionFactory factory) {
        Map<String, Subscription> subscriptions = new LinkedHashMap<>();
        for (SubscriptionDefinition definition : definitions) {
            if (subscriptions.put(definition.name(), factory.create(definition)) != null) {
                throw new EventSourceException(
                        "Two projections have the name '%s'. Give one of them another name in @Projection: a checkpoint belongs to one projection."
                                .formatted(definition.name()));
            }
        }
        return subscriptions;
    }

    private DeadLetterReplay.Target replayTarget(SubscriptionDefinition definition, ProcessingWatch.Timer timer) {
        return new DeadLetterReplay.Target(
                definition.handlers(),
                definition.transactionManager(),
                new BatchBounds(
                        definition.name(),
                        definition.settings().batch().timeout(),
                        tables.checkpoints()::limitSilence,
                        database.dataSource(),
                        timer));
    }
}
