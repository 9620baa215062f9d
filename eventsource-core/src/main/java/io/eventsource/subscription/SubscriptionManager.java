package io.eventsource.subscription;

import io.eventsource.EventSourceException;
import io.eventsource.deadletter.ReplayTarget;
import io.eventsource.error.ErrorListeners;
import io.eventsource.event.EventCodec;
import io.eventsource.jdbc.DetachedJdbc;
import io.eventsource.log.Bucket;
import io.eventsource.log.BucketRange;
import io.eventsource.log.LogHead;
import io.eventsource.log.LogReader;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.AppendResult;
import io.eventsource.store.TransactionAppends;
import io.eventsource.time.Clocks;
import io.eventsource.time.Moment;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * Starts, stops and watches the subscriptions of this JVM: one thread that follows the log's settled head for all of
 * them, one that shares out their segments among the running instances, and one for each segment that this instance owns.
 * Thread-safe.
 */
public final class SubscriptionManager {

    private static final Logger log = LoggerFactory.getLogger(SubscriptionManager.class);
    private static final String TAIL = "tail";
    private static final String COORDINATOR = "coordinator";
    private static final String LEAVING = "leaving";
    private static final Duration SHORTEST_LEAVE = Duration.ofSeconds(5);

    private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();
    private final InstanceSettings settings;
    private final TailReader tail;
    private final SegmentRepository segments;
    private final ControlRepository controls;
    private final SegmentCoordinator coordinator;
    private final Rebuilds rebuilds;
    private final LogHead logHead;
    private final LogSignal signal;
    private final TransactionAppends transactionAppends;
    private final Workers workers;
    private final Loops<String> loops;
    private final ErrorHandling errors;
    private final List<ReplayTarget> replayTargets;
    private final Clocks clocks;

    private volatile @Nullable Moment startedAt;
    private volatile ShutdownPhase phase = ShutdownPhase.RUNNING;

    /**
     * Creates a manager. Nothing is started and no connection is opened.
     *
     * @param definitions what to drive, each under a name of its own
     * @param dataSource where the tables are
     * @param schema the schema that holds them
     * @param codec the JSON form of events
     * @param logHead the log's settled head
     * @param signal raised after each commit that added to the log; this manager becomes its listener for announcements
     * @param settings how this instance takes part
     * @param threads makes the threads
     * @param listener hears when a subscription changes its state
     * @param errors what is done about errors
     * @param clocks stamp the status, and measure how long things take
     * @throws EventSourceException when two subscriptions have the same name, or a combination of settings cannot keep its
     *     promise
     */
    public SubscriptionManager(
            Collection<SubscriptionDefinition> definitions,
            DataSource dataSource,
            EventSourceSchema schema,
            EventCodec codec,
            LogHead logHead,
            LogSignal signal,
            InstanceSettings settings,
            ThreadFactory threads,
            SubscriptionListener listener,
            ErrorHandling errors,
            Clocks clocks) {
        this.settings = settings;
        this.clocks = clocks;
        this.logHead = logHead;
        this.signal = signal;
        this.transactionAppends = new TransactionAppends(dataSource);
        this.workers = new Workers(threads);
        this.loops = new Loops<>(threads);
        LogReader reader = new LogReader(dataSource, schema, settings.maxPageBytes());
        this.tail = new TailReader(
                logHead,
                reader,
                union(definitions, codec),
                signal,
                settings.pollInterval(),
                settings.maxPageBytes(),
                backOff(Duration.ofSeconds(5)),
                clocks);
        JdbcOperations jdbc = new JdbcTemplate(dataSource);
        JdbcOperations detached = DetachedJdbc.on(dataSource);
        CheckpointRepository checkpoints = new CheckpointRepository(jdbc, schema);
        StartingPoints startingPoints = new StartingPoints(logHead, jdbc, schema);
        this.segments = new SegmentRepository(detached, schema, settings.id());
        this.controls = new ControlRepository(detached, schema);
        this.rebuilds = new Rebuilds(
                new RebuildRepository(jdbc, detached, schema),
                startingPoints,
                checkpoints,
                dataSource,
                schema,
                settings.leaseDuration());
        SubscriptionFactory factory = new SubscriptionFactory(
                dataSource,
                codec,
                reader,
                tail,
                checkpoints,
                segments,
                workers,
                settings.leaseDuration(),
                listener,
                errors,
                schema,
                clocks);
        this.errors = errors;
        ProcessingWatch.Timer replayTimer = workers.passing("eventsource-replay-timer");
        this.replayTargets = definitions.stream()
                .map(each -> new ReplayTarget(
                        each.handlers(),
                        each.transactionManager(),
                        new BatchBounds(
                                each.name(),
                                each.settings().processingTimeout(),
                                () -> checkpoints.limitSilence(settings.leaseDuration()),
                                dataSource,
                                replayTimer)))
                .toList();
        for (SubscriptionDefinition definition : definitions) {
            if (subscriptions.put(definition.name(), factory.create(definition)) != null) {
                throw new EventSourceException(
                        "Two projections have the name '%s'. Give one of them another name in @Projection: a checkpoint belongs to one projection."
                                .formatted(definition.name()));
            }
        }
        this.coordinator = new SegmentCoordinator(
                settings,
                subscriptions,
                segments,
                checkpoints,
                startingPoints,
                factory,
                rebuilds,
                signal::announce,
                backOff(Duration.ofSeconds(1)),
                threads);
    }

    /**
     * As the other, measuring by the JVM's own ticker.
     *
     * @param definitions what to drive, each under a name of its own
     * @param dataSource where the tables are
     * @param schema the schema that holds them
     * @param codec the JSON form of events
     * @param logHead the log's settled head
     * @param signal raised after each commit that added to the log; this manager becomes its listener for announcements
     * @param settings how this instance takes part
     * @param threads makes the threads
     * @param listener hears when a subscription changes its state
     * @param errors what is done about errors
     * @param clock stamps the status
     * @throws EventSourceException when two subscriptions have the same name, or a combination of settings cannot keep its
     *     promise
     */
    public SubscriptionManager(
            Collection<SubscriptionDefinition> definitions,
            DataSource dataSource,
            EventSourceSchema schema,
            EventCodec codec,
            LogHead logHead,
            LogSignal signal,
            InstanceSettings settings,
            ThreadFactory threads,
            SubscriptionListener listener,
            ErrorHandling errors,
            Clock clock) {
        this(
                definitions,
                dataSource,
                schema,
                codec,
                logHead,
                signal,
                settings,
                threads,
                listener,
                errors,
                Clocks.of(clock));
    }

    private static ExponentialBackOff backOff(Duration longest) {
        ExponentialBackOff backOff = new ExponentialBackOff(50, 2);
        backOff.setMaxInterval(longest.toMillis());
        backOff.setJitter(10);
        return backOff;
    }

    /** What at least one of them handles. */
    private static SubscriptionFilter union(Collection<SubscriptionDefinition> definitions, EventCodec codec) {
        Set<String> types = definitions.stream()
                .flatMap(each -> each.handlers().eventTypes().stream())
                .collect(Collectors.toSet());
        return SubscriptionFilter.NONE.of(codec.select(types).storedNames());
    }

    /**
     * Starts all subscriptions that are to start by themselves, and following the head of the log even when there are none. Returns
     * at once; a database that is out of reach is waited for. Does nothing when started.
     */
    public void start() {
        start(subscriptions.values().stream()
                .filter(each -> each.definition().autoStartup())
                .map(Subscription::name)
                .toArray(String[]::new));
    }

    /**
     * Starts some subscriptions: this instance takes part in handling their events. Returns at once. Does nothing with those that
     * are started.
     *
     * @param names which
     * @throws IllegalArgumentException when there is none of a name; nothing is started then
     */
    public synchronized void start(String... names) {
        List<Subscription> stopped = Arrays.stream(names)
                .map(this::subscription)
                .filter(each -> !each.started())
                .toList();
        boolean following = loops.running().contains(TAIL);
        if (stopped.isEmpty() && following) {
            return;
        }
        workers.start();
        phase = ShutdownPhase.RUNNING;
        if (!following) {
            loops.start(TAIL, TAIL, tail::run);
        }
        stopped.forEach(each -> each.started(true));
        if (!subscriptions.isEmpty() && !loops.running().contains(COORDINATOR)) {
            signal.onAnnouncement(coordinator::wake);
            loops.start(COORDINATOR, COORDINATOR, coordinator::run);
        }
        startedAt = startedAt == null ? clocks.mark() : startedAt;
        coordinator.wake();
        log.info(
                "Started {} subscriptions: {}",
                stopped.size(),
                stopped.stream().map(Subscription::name).toList());
    }

    /**
     * Stops all subscriptions: batches that are being handled are finished and committed, and nothing further is read; other
     * instances take over at once. What is not finished in time is interrupted; its transaction is rolled back and its events
     * are handled by another instance or after the next start. Does nothing when not started.
     *
     * @param timeout how long to wait for batches that are being handled
     * @return whether everything was finished in time
     */
    public boolean stop(Duration timeout) {
        return !shutDown(timeout, timeout).forced();
    }

    /**
     * Stops all subscriptions, as {@link #stop(Duration)} does, and says what came of it, also in the log. What is interrupted gets
     * half of the time that is left to roll back; segments are given up in the rest of it, for which there are 5 s at least.
     *
     * @param drain how long to wait for batches that are being handled
     * @param total how long all of it may take, not below {@code drain}
     * @return the result; nothing at all when not started
     */
    public synchronized ShutdownResult shutDown(Duration drain, Duration total) {
        long begun = System.nanoTime();
        long deadline = begun + total.toNanos();
        List<Subscription> ending =
                subscriptions.values().stream().filter(Subscription::started).toList();
        phase = ShutdownPhase.DRAINING;
        Drain underWay = new Drain(ending);
        loops.raise(TAIL);
        // the lease is renewed for as long as batches go on
        boolean finished = end(ending, begun + drain.toNanos(), () -> {
            phase = ShutdownPhase.FORCING;
            return left(deadline).dividedBy(2);
        });
        phase = ShutdownPhase.RELEASING;
        finished &= loops.end(List.of(COORDINATOR), coordinator::wake, left(deadline));
        boolean released = ending.isEmpty() || leave(deadline);
        finished &= loops.end(List.of(TAIL), tail::wakeAll, left(deadline));
        workers.stop();
        startedAt = null;
        phase = ShutdownPhase.STOPPED;
        ShutdownResult result = underWay.result(!finished, released, Duration.ofNanos(System.nanoTime() - begun));
        if (result.phase() != ShutdownPhase.STOPPED || result.forced()) {
            log.warn("{}", result.summary());
        } else if (!ending.isEmpty()) {
            log.info("{}", result.summary());
        }
        return result;
    }

    /** In a thread of its own, since the database may be away. */
    private boolean leave(long deadline) {
        AtomicBoolean released = new AtomicBoolean();
        loops.start(LEAVING, LEAVING, stop -> released.set(coordinator.leave()));
        Duration left = left(deadline);
        return loops.end(List.of(LEAVING), () -> {}, left.compareTo(SHORTEST_LEAVE) > 0 ? left : SHORTEST_LEAVE)
                && released.get();
    }

    /**
     * How far it is with stopping.
     *
     * @return the phase; {@code RUNNING} also before the first start
     */
    public ShutdownPhase shutdownPhase() {
        return phase;
    }

    /**
     * Stops one subscription, as {@link #stop(Duration)} stops all.
     *
     * @param name which
     * @param timeout how long to wait for the batches that are being handled
     * @return whether they were finished in time
     * @throws IllegalArgumentException when there is none of that name
     */
    public synchronized boolean stop(String name, Duration timeout) {
        Subscription subscription = subscription(name);
        boolean last = subscriptions.values().stream().noneMatch(each -> each.started() && each != subscription);
        if (last) {
            return stop(timeout);
        }
        boolean finished = end(List.of(subscription), System.nanoTime() + timeout.toNanos(), () -> Duration.ZERO);
        coordinator.wake();
        return finished;
    }

    private boolean end(List<Subscription> ending, long deadline, Supplier<Duration> grace) {
        ending.forEach(each -> each.started(false));
        tail.wakeAll();
        return coordinator.stop(ending.stream().map(Subscription::name).toList(), left(deadline), grace);
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }

    /**
     * Has a subscription finish the batches that it is handling, in this process and all others, and begin no other until it is
     * resumed, also after restarts. Its segments stay where they are. Returns when it is written down; other instances hear of it at
     * once where they are heard, otherwise at their next look. The status says when it is paused here. Commits by itself, whatever
     * transaction the caller is in. Where it is paused already, who paused it first is remembered.
     *
     * @param name which
     * @param by who says so
     * @param reason why, or null
     * @throws IllegalArgumentException when there is none of that name
     * @throws org.springframework.dao.DataAccessException when the database is out of reach; nothing is paused then
     */
    public void pause(String name, String by, @Nullable String reason) {
        tell(subscription(name), controls.pause(name, by, reason));
    }

    /**
     * As {@link #pause(String, String, String)}, in the name of this instance.
     *
     * @param name which
     * @throws IllegalArgumentException when there is none of that name
     * @throws org.springframework.dao.DataAccessException when the database is out of reach; nothing is paused then
     */
    public void pause(String name) {
        pause(subscription(name).name(), settings.description(), null);
    }

    /**
     * Lets a subscription go on that is paused, or that has stopped at an event that could not be handled, in all instances.
     *
     * @param name which
     * @param by who says so
     * @throws IllegalArgumentException when there is none of that name
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    public void resume(String name, String by) {
        tell(subscription(name), controls.resume(name, by));
    }

    /**
     * As {@link #resume(String, String)}, in the name of this instance.
     *
     * @param name which
     * @throws IllegalArgumentException when there is none of that name
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    public void resume(String name) {
        resume(subscription(name).name(), settings.description());
    }

    private void tell(Subscription subscription, SubscriptionControl control) {
        subscription.obey(control);
        signal.announce();
        coordinator.wake();
    }

    /**
     * Waits until a subscription has handled what an append stored, in this process or another, so that its read model shows it.
     *
     * @param name which
     * @param result the result of an append that is committed
     * @param timeout how long at most
     * @return whether it has; false when the time was up
     * @throws IllegalStateException when the append is not committed yet, so that this would wait for itself
     * @throws IllegalArgumentException when there is none of that name
     * @throws InterruptedException when the calling thread is interrupted
     */
    public boolean await(String name, AppendResult result, Duration timeout) throws InterruptedException {
        if (result.lastPosition() == 0) {
            throw uncommitted();
        }
        short bucket = Bucket.of(result.aggregateId());
        return await(name, new BucketRange(bucket, bucket), result.lastPosition(), timeout);
    }

    /**
     * Waits until a subscription has passed, in this process and others, a position of the log.
     *
     * @param name which
     * @param position the position, which need not be settled yet
     * @param timeout how long at most
     * @return whether it has; false when the time was up
     * @throws IllegalStateException when the calling thread's transaction has appended, so that this would wait for itself
     * @throws IllegalArgumentException when there is none of that name
     * @throws InterruptedException when the calling thread is interrupted
     */
    public boolean awaitPosition(String name, long position, Duration timeout) throws InterruptedException {
        return await(name, BucketRange.ALL, position, timeout);
    }

    private boolean await(String name, BucketRange buckets, long position, Duration timeout)
            throws InterruptedException {
        Subscription subscription = subscription(name);
        if (transactionAppends.any()) {
            throw uncommitted();
        }
        return subscription.awaitPosition(buckets, position, timeout.toNanos());
    }

    /**
     * Waits until a subscription has passed everything, in this process and others, that was committed before this call. Costs a
     * statement.
     *
     * @param name which
     * @param timeout how long at most
     * @return whether it has; false when the time was up
     * @throws IllegalStateException when the calling thread's transaction has appended, so that this would wait for itself
     * @throws IllegalArgumentException when there is none of that name
     * @throws InterruptedException when the calling thread is interrupted
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    public boolean awaitCurrent(String name, Duration timeout) throws InterruptedException {
        return awaitPosition(name, logHead.visibleEnd(), timeout);
    }

    private static IllegalStateException uncommitted() {
        return new IllegalStateException(
                "A subscription cannot see an append before its transaction has committed, so waiting for it inside that transaction would never end. Wait after the commit.");
    }

    /**
     * Cuts or merges the segments of a subscription until there are so many, while they are being handled. Cuts take effect at once.
     * Segments that become one first come to the same position: this returns before they have.
     *
     * <p>At its next start, an instance whose settings ask for more segments cuts them again.
     *
     * @param name which
     * @param count how many, 1 to 1,024
     * @throws IllegalArgumentException when there is none of that name, or the number is out of bounds
     * @throws IllegalStateException when it has no segments yet, a merge is under way, or somebody else has just changed them
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    public void resize(String name, int count) {
        new Resizing(segments).resize(subscription(name).name(), count);
        signal.announce();
        coordinator.wake();
    }

    /**
     * Empties the read model of a projection by its {@link io.eventsource.projection.ResetHandler} and has all instances handle the
     * log again, from where the subscription begins. Returns when the projection has been set back. Where a batch and the reset
     * handler lock rows in different orders the server may end either: the reset handler is called again then, a few times.
     *
     * @param name which
     * @throws RebuildRunningException when it is being rebuilt already
     * @throws EventSourceException when it has no reset handler, begins at the end of the log, has no checkpoint yet, or has effects
     *     elsewhere, which this does not repeat
     * @throws IllegalArgumentException when there is none of that name
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    public void rebuild(String name) {
        rebuild(name, false);
    }

    /**
     * As {@link #rebuild(String)}, for a projection with effects elsewhere, which take place again for all its history.
     *
     * @param name which
     * @throws RebuildRunningException when it is being rebuilt already
     * @throws EventSourceException when it has no reset handler, begins at the end of the log, or has no checkpoint yet
     * @throws IllegalArgumentException when there is none of that name
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    public void rebuildRepeatingEffects(String name) {
        rebuild(name, true);
    }

    /**
     * Rebuilds all projections that {@link #rebuild(String)} accepts and that are not being rebuilt.
     *
     * @return which
     * @throws org.springframework.dao.DataAccessException when the database is out of reach; some may have been set back
     */
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

    /**
     * How far a rebuild is, in all instances together. Costs a statement.
     *
     * @param name which
     * @return the progress, or empty when none is going on
     * @throws IllegalArgumentException when there is none of that name
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
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

    /**
     * The names of all subscriptions.
     *
     * @return the names
     */
    public List<String> names() {
        return List.copyOf(subscriptions.keySet());
    }

    /**
     * Where all subscriptions are.
     *
     * @return a status for each
     */
    public List<SubscriptionStatus> statuses() {
        return subscriptions.values().stream()
                .map(each -> each.status(settings.id()))
                .toList();
    }

    /**
     * Where one subscription is.
     *
     * @param name its name
     * @return its status, or empty when there is none of that name
     */
    public Optional<SubscriptionStatus> status(String name) {
        return Optional.ofNullable(subscriptions.get(name)).map(each -> each.status(settings.id()));
    }

    /**
     * What all subscriptions are doing, summed up.
     *
     * @return the status
     */
    public ManagerStatus status() {
        return ManagerStatus.of(statuses(), startedAt != null, readingHead(), uptime(), clocks.now());
    }

    /**
     * The highest position that is visible now, settled or not: what {@link #awaitCurrent} waits for.
     *
     * @return the position, 0 for an empty log
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    public long visibleEnd() {
        return logHead.visibleEnd();
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
    public List<ReplayTarget> replayTargets() {
        return replayTargets;
    }

    /**
     * What tells this instance from all others, as it stands with the segments that it owns.
     *
     * @return the id
     */
    public UUID instanceId() {
        return settings.id();
    }

    /**
     * Whether this instance could renew its lease the last time it tried. While it cannot, its segments go to others.
     *
     * @return whether it could
     */
    public boolean renewingLease() {
        return !coordinator.failing();
    }

    /**
     * Whether the log's settled head can be read. While it cannot, no lag can be trusted.
     *
     * @return whether the last look at the head went well
     */
    public boolean readingHead() {
        return !tail.failing();
    }

    /**
     * When this instance last completed a look at the log's settled head, for people; {@link #headSilence()} says how long ago that is.
     *
     * @return the instant, by this JVM's clock; empty before the first look, or when not started
     */
    public Optional<Instant> headReadAt() {
        return startedAt == null
                ? Optional.empty()
                : Optional.ofNullable(tail.lookedAt()).map(Moment::at);
    }

    /**
     * How long nobody in this instance has completed a look at the log's settled head, since the last one or since the start. It looks at
     * least once per poll interval; a silence of more than a few of these means that the head is not followed any more, and that no lag
     * can be trusted. Whatever is done to the clock of the machine has no influence.
     *
     * @return the time; empty when not started
     */
    public Optional<Duration> headSilence() {
        Moment started = startedAt;
        if (started == null) {
            return Optional.empty();
        }
        Duration sinceStart = clocks.since(started);
        Moment read = tail.lookedAt();
        Duration sinceLook = read == null ? sinceStart : clocks.since(read);
        return Optional.of(sinceLook.compareTo(sinceStart) < 0 ? sinceLook : sinceStart);
    }

    /**
     * How long this manager has been started.
     *
     * @return the time, zero when it is not started
     */
    public Duration uptime() {
        Moment started = startedAt;
        return started == null ? Duration.ZERO : clocks.since(started);
    }

    /**
     * How often, since this manager was made, the heap did not suffice for a page of the log or for an event. Such a page is read again with
     * fewer bytes; an event that does not even fit alone is treated as one that cannot be decoded.
     *
     * @return the number, which only rises
     */
    public long memoryShortages() {
        return tail.memory().shortages();
    }

    /**
     * How long ago the heap did not suffice last.
     *
     * @return the time; empty when it always did
     */
    public Optional<Duration> sinceMemoryShortage() {
        return tail.memory().sinceLast();
    }

    /**
     * Whether the threads are alive that follow the log and share out segments. They survive all failures; while they are to run and
     * one is gone, only a restart brings it back.
     *
     * @return whether they are, or are not to run
     */
    public boolean threadsAlive() {
        if (startedAt == null || phase != ShutdownPhase.RUNNING) {
            return true;
        }
        Set<String> running = loops.running();
        return running.contains(TAIL) && (subscriptions.isEmpty() || running.contains(COORDINATOR));
    }

    /**
     * When this manager was started.
     *
     * @return the instant, by this JVM's clock; empty when nothing is started
     */
    public Optional<Instant> startedAt() {
        return Optional.ofNullable(startedAt).map(Moment::at);
    }
}
