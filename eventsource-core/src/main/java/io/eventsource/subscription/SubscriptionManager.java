package io.eventsource.subscription;

import io.eventsource.EventSourceException;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.error.ErrorListeners;
import io.eventsource.event.OperatorNote;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.log.Bucket;
import io.eventsource.log.HighWaterMark;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.AppendResult;
import io.eventsource.store.TransactionAppends;
import io.eventsource.subscription.SubscriptionStatuses.InstanceStatus;
import io.eventsource.subscription.SubscriptionStatuses.ManagerStatus;
import io.eventsource.subscription.SubscriptionStatuses.RebuildProgress;
import io.eventsource.time.Clocks;
import io.eventsource.time.Clocks.Moment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Starts, stops and watches the subscriptions of this JVM: one thread that follows the log's high-water mark for all of
 * them, one that shares out their segments among the running instances, and one for each segment that this instance owns.
 * Thread-safe.
 */
public final class SubscriptionManager implements SubscriptionOperations, SubscriptionWaits, SubscriptionStatuses {

    private final Map<String, Subscription> subscriptions;
    private final InstanceSettings settings;
    private final TailReader tail;
    private final SegmentRepository segments;
    private final ControlRepository controls;
    private final SegmentCoordinator coordinator;
    private final Rebuilds rebuilds;
    private final HighWaterMark highWaterMark;
    private final LogSignal signal;
    private final TransactionAppends transactionAppends;
    private final AwaitedEvents awaited;
    private final ErrorHandling errors;
    private final List<DeadLetterReplay.Target> replayTargets;
    private final Clocks clocks;
    private final ManagerLifecycle lifecycle;

    private SubscriptionManager(SubscriptionAssembly parts) {
        this.subscriptions = parts.subscriptions;
        this.settings = parts.settings;
        this.tail = parts.tail;
        this.segments = parts.tables.segments();
        this.controls = parts.tables.controls();
        this.coordinator = parts.coordinator;
        this.rebuilds = parts.rebuilds;
        this.highWaterMark = parts.highWaterMark;
        this.signal = parts.signal;
        this.transactionAppends = new TransactionAppends(parts.database.dataSource());
        this.awaited = new AwaitedEvents(parts.database);
        this.errors = parts.errors;
        this.replayTargets = parts.replayTargets;
        this.clocks = parts.database.clocks();
        this.lifecycle = new ManagerLifecycle(parts);
    }

    /**
     * The bounds of a subscription's batches, for handlers that no subscription drives, by a processing timeout: when it has passed, the running statement is cancelled, the thread interrupted, and the
     * handling fails with a {@link ProcessingTimeoutException}, even if it ends well. The server ends the transaction of a client
     * that is silent for twice the time, and with it its locks.
     *
     * @param name whose handlers they are, for messages
     * @param timeout how long the handling may take
     * @param dataSource on whose transactions the handlers run
     * @param threads makes the thread that watches, which ends by itself when there is nothing to watch
     * @return the bounds, thread-safe
     * @throws IllegalArgumentException when the timeout is below 1 ms
     */
    public static DeadLetterReplay.Target.Bounds bounds(
            String name, Duration timeout, DataSource dataSource, ThreadFactory threads) {
        return ProcessingBounds.of(name, timeout, dataSource, threads);
    }

    /**
     * Begins a manager that shares nothing but the database with other instances, makes plain threads, tells nobody of states, and
     * handles errors as {@link ErrorHandling#defaults()} says.
     *
     * @param database where the tables are, in which form events are, and what tells the time
     * @param highWaterMark the log's high-water mark
     * @param signal raised after each commit that added to the log; the manager becomes its listener for announcements
     * @return a builder of its own
     */
    public static Builder builder(EventDatabase database, HighWaterMark highWaterMark, LogSignal signal) {
        return new Builder(database, highWaterMark, signal);
    }

    /** A manager that is still open. Used by one thread. */
    public static final class Builder {

        final EventDatabase database;
        final HighWaterMark highWaterMark;
        final LogSignal signal;
        InstanceSettings settings = InstanceSettings.defaults();
        ThreadFactory threads = Thread::new;
        SubscriptionStatus.Listener listener = (name, from, to) -> {};
        ErrorHandling errors = ErrorHandling.defaults();

        private Builder(EventDatabase database, HighWaterMark highWaterMark, LogSignal signal) {
            this.database = database;
            this.highWaterMark = highWaterMark;
            this.signal = signal;
        }

        /**
         * Sets how this instance takes part.
         *
         * @param newSettings the settings
         * @return this builder
         */
        public Builder settings(InstanceSettings newSettings) {
            settings = newSettings;
            return this;
        }

        /**
         * Sets what makes the threads.
         *
         * @param newThreads the factory
         * @return this builder
         */
        public Builder threads(ThreadFactory newThreads) {
            threads = newThreads;
            return this;
        }

        /**
         * Sets who hears when a subscription changes its state.
         *
         * @param newListener the listener
         * @return this builder
         */
        public Builder listener(SubscriptionStatus.Listener newListener) {
            listener = newListener;
            return this;
        }

        /**
         * Sets what is done about errors.
         *
         * @param newErrors what is done
         * @return this builder
         */
        public Builder errors(ErrorHandling newErrors) {
            errors = newErrors;
            return this;
        }

        /**
         * Makes the manager. Nothing is started and no connection is opened.
         *
         * @param definitions what to drive, each under a name of its own
         * @return the manager
         * @throws EventSourceException when two subscriptions have the same name, or a combination of settings cannot keep its
         *     promise
         */
        public SubscriptionManager build(Collection<SubscriptionDefinition> definitions) {
            return new SubscriptionManager(new SubscriptionAssembly(this, definitions));
        }
    }

    @Override
    public void start() {
        lifecycle.start(subscriptions.values().stream()
                .filter(each -> each.definition().autoStartup())
                .toList());
    }

    @Override
    public void start(String... names) {
        lifecycle.start(Arrays.stream(names).map(this::subscription).toList());
    }

    @Override
    public boolean stop(Duration timeout) {
        return !shutDown(timeout, timeout).forced();
    }

    @Override
    public GracefulShutdown.Result shutDown(Duration drain, Duration total) {
        return lifecycle.shutDown(drain, total);
    }

    @Override
    public boolean stop(String name, Duration timeout) {
        return lifecycle.stop(subscription(name), timeout);
    }

    @Override
    public boolean pause(String name, String by, @Nullable String reason) {
        Subscription subscription = subscription(name);
        ControlRepository.Control paused = controls.pause(name, new OperatorNote(by, reason));
        ControlRepository.Control found = paused == null ? controls.find(name) : paused;
        if (found != null) {
            tell(subscription, found);
        }
        return paused != null;
    }

    @Override
    public boolean pause(String name) {
        return pause(subscription(name).name(), thisInstance(), null);
    }

    @Override
    public void resume(String name, String by) {
        tell(subscription(name), controls.resume(name, new OperatorNote(by, null)));
    }

    @Override
    public void resume(String name) {
        resume(subscription(name).name(), thisInstance());
    }

    private String thisInstance() {
        String description = settings.description();
        return description.substring(0, Math.min(description.length(), OperatorNote.MAX_OPERATOR));
    }

    private void tell(Subscription subscription, ControlRepository.Control control) {
        subscription.obey(control);
        signal.announce();
        coordinator.wake();
    }

    @Override
    public boolean await(String name, AppendResult result, Duration timeout) throws InterruptedException {
        return result.lastPosition() == 0
                ? awaitVersion(name, result.aggregateId(), result.lastVersion(), timeout)
                : await(name, bucketOf(result.aggregateId()), result.lastPosition(), timeout);
    }

    private static Bucket.Range bucketOf(UUID aggregateId) {
        short bucket = Bucket.of(aggregateId);
        return new Bucket.Range(bucket, bucket);
    }

    @Override
    public boolean awaitVersion(String name, UUID aggregateId, long version, Duration timeout)
            throws InterruptedException {
        if (version < 1) {
            throw new IllegalArgumentException(
                    "The version to wait for must be 1 or more but is %d".formatted(version));
        }
        requireNothingAppended();
        Bucket.Range buckets = bucketOf(aggregateId);
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            long end = highWaterMark.visibleEnd();
            OptionalLong position = awaited.ofVersion(aggregateId, version);
            // without the event, whatever is appended next may be it
            boolean passed = await(name, buckets, position.orElse(end + 1), left(deadline));
            if (!passed || position.isPresent()) {
                return passed;
            }
        }
    }

    @Override
    public boolean awaitCorrelation(String name, String correlationId, Duration timeout) throws InterruptedException {
        requireNothingAppended();
        long deadline = System.nanoTime() + timeout.toNanos();
        long after = Math.max(0, highWaterMark.visibleEnd() - AwaitedEvents.RECENT);
        long handled = 0;
        while (true) {
            long end = highWaterMark.visibleEnd();
            OptionalLong position = awaited.ofCorrelation(correlationId, after);
            if (handled > 0 && position.orElse(0) <= handled) {
                return true;
            }
            if (!await(name, Bucket.Range.ALL, position.orElse(end + 1), left(deadline))) {
                return false;
            }
            handled = position.orElse(0);
        }
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }

    @Override
    public boolean awaitPosition(String name, long position, Duration timeout) throws InterruptedException {
        return await(name, Bucket.Range.ALL, position, timeout);
    }

    private boolean await(String name, Bucket.Range buckets, long position, Duration timeout)
            throws InterruptedException {
        Subscription subscription = subscription(name);
        requireNothingAppended();
        if (subscription.awaitPosition(buckets, position, 0)) {
            return true;
        }
        // after a commit the store's own callback may come later than the one that waits here, and other processes may
        // not be heard
        signal.wake();
        return subscription.awaitPosition(buckets, position, timeout.toNanos());
    }

    @Override
    public boolean awaitCurrent(String name, Duration timeout) throws InterruptedException {
        return awaitPosition(name, highWaterMark.visibleEnd(), timeout);
    }

    @Override
    public long visibleEnd() {
        return highWaterMark.visibleEnd();
    }

    private void requireNothingAppended() {
        if (transactionAppends.any()) {
            throw new IllegalStateException(
                    "A subscription cannot see an append before its transaction has committed, so waiting for it inside that transaction would never end. Wait after the commit: where the @Transactional method has returned, or in a @TransactionalEventListener. The result of the append serves there, too.");
        }
    }

    @Override
    public void resize(String name, int count) {
        new Resizing(segments).resize(subscription(name).name(), count);
        signal.announce();
        coordinator.wake();
    }

    @Override
    public void rebuild(String name) {
        rebuild(name, false);
    }

    @Override
    public void rebuildRepeatingEffects(String name) {
        rebuild(name, true);
    }

    @Override
    public List<String> rebuildAll() {
        List<String> begun = new ArrayList<>();
        for (Subscription each : subscriptions.values()) {
            if (Rebuilds.harmless(each.definition())
                    && rebuilds.progress(each.name()).isEmpty()) {
                rebuild(each.name());
                begun.add(each.name());
            }
        }
        return begun;
    }

    private void rebuild(String name, boolean repeatEffects) {
        Subscription subscription = subscription(name);
        rebuilds.begin(subscription.definition(), repeatEffects);
        subscription.runners().forEach(SegmentRunner::reload);
        signal.announce();
        coordinator.wake();
    }

    @Override
    public Optional<RebuildProgress> rebuildProgress(String name) {
        return rebuilds.progress(subscription(name).name());
    }

    private Subscription subscription(String name) {
        Subscription subscription = subscriptions.get(name);
        if (subscription == null) {
            throw new IllegalArgumentException(
                    "There is no subscription '%s', only %s".formatted(name, subscriptions.keySet()));
        }
        return subscription;
    }

    @Override
    public List<String> names() {
        return List.copyOf(subscriptions.keySet());
    }

    @Override
    public List<SubscriptionStatus> statuses() {
        return subscriptions.values().stream()
                .map(each -> each.status(settings.id()))
                .toList();
    }

    @Override
    public Optional<SubscriptionStatus> status(String name) {
        return Optional.ofNullable(subscriptions.get(name)).map(each -> each.status(settings.id()));
    }

    @Override
    public ManagerStatus status() {
        Moment startedAt = lifecycle.startedAt();
        return new ManagerStatus(startedAt != null, uptime(startedAt), clocks.now(), statuses());
    }

    @Override
    public InstanceStatus instance() {
        Moment startedAt = lifecycle.startedAt();
        return new InstanceStatus(
                settings.id(),
                lifecycle.phase(),
                startedAt == null ? null : startedAt.at(),
                uptime(startedAt),
                lifecycle.threadsAlive(),
                !coordinator.failing(),
                tail(startedAt),
                new InstanceStatus.Memory(
                        tail.memory().shortages(), tail.memory().sinceLast().orElse(null)));
    }

    private InstanceStatus.Tail tail(@Nullable Moment startedAt) {
        boolean reading = !tail.failing();
        if (startedAt == null) {
            return new InstanceStatus.Tail(reading, null, null);
        }
        Duration sinceStart = clocks.since(startedAt);
        Moment read = tail.lookedAt();
        Duration sinceLook = read == null ? sinceStart : clocks.since(read);
        return new InstanceStatus.Tail(
                reading, read == null ? null : read.at(), sinceLook.compareTo(sinceStart) < 0 ? sinceLook : sinceStart);
    }

    private Duration uptime(@Nullable Moment startedAt) {
        return startedAt == null ? Duration.ZERO : clocks.since(startedAt);
    }

    /**
     * Where to register who is told of errors, and where they are counted.
     *
     * @return the listeners of this manager
     */
    public ErrorListeners errors() {
        return errors.listeners();
    }

    /**
     * The projections of this manager, so that their dead letters can be handled again within the bounds of their batches, whether or not it is
     * started.
     *
     * @return one for each subscription
     */
    public List<DeadLetterReplay.Target> replayTargets() {
        return replayTargets;
    }
}
