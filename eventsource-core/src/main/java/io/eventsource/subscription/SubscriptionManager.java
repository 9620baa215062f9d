package io.eventsource.subscription;

import io.eventsource.EventSourceException;
import io.eventsource.event.EventCodec;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.store.AppendResult;
import io.eventsource.store.LogHead;
import io.eventsource.store.LogReader;
import io.eventsource.store.LogSignal;
import io.eventsource.store.TransactionParticipation;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * Starts, stops and watches the subscriptions of this JVM: one thread that follows the log's settled head for all of
 * them, and one for each. Thread-safe.
 */
public final class SubscriptionManager {

    private static final Logger log = LoggerFactory.getLogger(SubscriptionManager.class);
    private static final String TAIL = "tail";

    /** No subscription has the empty name. */
    private static final String TAIL_KEY = "";

    private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();
    private final TailReader tail;
    private final LogHead logHead;
    private final TransactionParticipation participation;
    private final Workers workers;
    private final ThreadFactory threads;
    private final Clock clock;
    private final Map<String, Running> running = new LinkedHashMap<>();

    /** The last thread that each key was given; one that a stop has given up on may still be alive. */
    private final Map<String, Thread> launched = new HashMap<>();

    private volatile @Nullable Instant startedAt;

    /** A thread of this manager and what ends it. */
    private record Running(Thread thread, StopSignal stop) {

        boolean alive() {
            return thread.isAlive();
        }
    }

    /**
     * Creates a manager. Nothing is started and no connection is opened.
     *
     * @param definitions what to drive, each under a name of its own
     * @param dataSource where the tables are
     * @param schema the schema that holds them
     * @param codec the JSON form of events
     * @param logHead the log's settled head
     * @param signal raised after each commit that added to the log
     * @param pollInterval how long the reader of the head goes without looking when no signal arrives, 1 ms or more
     * @param threads makes the threads
     * @param listener hears when a subscription changes its state
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
            Duration pollInterval,
            ThreadFactory threads,
            SubscriptionListener listener,
            Clock clock) {
        this.threads = threads;
        this.clock = clock;
        this.logHead = logHead;
        this.participation = new TransactionParticipation(dataSource);
        this.workers = new Workers(threads);
        LogReader reader = new LogReader(dataSource, schema);
        this.tail =
                new TailReader(logHead, reader, union(definitions, codec), signal, pollInterval, tailBackOff(), clock);
        JdbcTemplate jdbc = new JdbcTemplate(dataSource);
        CheckpointRepository checkpoints = new CheckpointRepository(jdbc, schema);
        SubscriptionFactory factory = new SubscriptionFactory(
                dataSource,
                codec,
                reader,
                tail,
                checkpoints,
                new StartingPoints(checkpoints, logHead, jdbc, schema),
                workers,
                listener,
                clock);
        for (SubscriptionDefinition definition : definitions) {
            if (subscriptions.put(definition.name(), factory.create(definition)) != null) {
                throw new EventSourceException(
                        "Two projections have the name '%s'. Give one of them another name in @Projection: a checkpoint belongs to one projection."
                                .formatted(definition.name()));
            }
        }
    }

    private static ExponentialBackOff tailBackOff() {
        ExponentialBackOff backOff = new ExponentialBackOff(50, 2);
        backOff.setMaxInterval(5_000);
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
     * Starts all subscriptions, and following the head of the log even when there are none. Returns at once; a database that
     * is out of reach is waited for. Does nothing when started.
     */
    public void start() {
        start(subscriptions.keySet().toArray(String[]::new));
    }

    /**
     * Starts some subscriptions. Returns at once. Does nothing with those that are started.
     *
     * @param names which
     * @throws IllegalArgumentException when there is none of a name; nothing is started then
     */
    public synchronized void start(String... names) {
        List<Subscription> chosen = Arrays.stream(names).map(this::subscription).toList();
        running.values().removeIf(each -> !each.alive());
        List<Subscription> stopped = chosen.stream()
                .filter(each -> !running.containsKey(each.name()))
                .toList();
        if (stopped.isEmpty() && !subscriptions.isEmpty()) {
            return;
        }
        workers.start();
        if (!running.containsKey(TAIL_KEY)) {
            startedAt = clock.instant();
            launch(TAIL_KEY, TAIL, tail::run);
        }
        stopped.forEach(each -> launch(each.name(), each.name(), each::run));
        log.info(
                "Started {} subscriptions: {}",
                stopped.size(),
                stopped.stream().map(Subscription::name).toList());
    }

    private void launch(String key, String threadName, Interruptible body) {
        StopSignal stop = new StopSignal();
        Thread former = launched.get(key);
        Thread thread = threads.newThread(() -> {
            awaitEnd(former);
            try {
                if (!stop.raised()) {
                    body.run(stop);
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        thread.setName("eventsource-" + threadName);
        running.put(key, new Running(thread, stop));
        launched.put(key, thread);
        thread.start();
    }

    /** Two threads on one subscription would handle events twice. */
    private static void awaitEnd(@Nullable Thread former) {
        boolean interrupted = false;
        while (former != null && former.isAlive()) {
            try {
                former.join();
            } catch (InterruptedException stopped) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a thread of this manager does until it is stopped. */
    private interface Interruptible {
        void run(StopSignal stop) throws InterruptedException;
    }

    /**
     * Stops all subscriptions: batches that are being handled are finished and committed, and nothing further is read.
     * What is not finished in time is interrupted; its transaction is rolled back and its events are handled after the
     * next start. Does nothing when not started.
     *
     * @param timeout how long to wait for batches that are being handled
     * @return whether everything was finished in time
     */
    public synchronized boolean stop(Duration timeout) {
        int count = (int)
                running.keySet().stream().filter(key -> !key.equals(TAIL_KEY)).count();
        boolean finished = end(List.copyOf(running.keySet()), timeout);
        workers.stop();
        startedAt = null;
        if (count > 0) {
            log.info("Stopped {} subscriptions", count);
        }
        return finished;
    }

    /**
     * Stops one subscription, as {@link #stop(Duration)} stops all.
     *
     * @param name which
     * @param timeout how long to wait for the batch that is being handled
     * @return whether it was finished in time
     * @throws IllegalArgumentException when there is none of that name
     */
    public synchronized boolean stop(String name, Duration timeout) {
        boolean finished = end(List.of(subscription(name).name()), timeout);
        if (running.keySet().equals(Set.of(TAIL_KEY))) {
            finished &= stop(timeout);
        }
        return finished;
    }

    private boolean end(List<String> keys, Duration timeout) {
        List<Running> ending = new ArrayList<>();
        for (String key : keys) {
            Running each = running.remove(key);
            if (each != null) {
                each.stop().raise();
                ending.add(each);
            }
        }
        tail.wakeAll();
        subscriptions.values().forEach(Subscription::wake);
        return join(ending, timeout);
    }

    private static boolean join(List<Running> ending, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean finished = true;
        try {
            for (Running each : ending) {
                // 0 would wait for ever
                each.thread()
                        .join(Math.max(
                                1,
                                Duration.ofNanos(deadline - System.nanoTime()).toMillis()));
                if (each.alive()) {
                    log.warn(
                            "{} did not finish within {}, interrupting it",
                            each.thread().getName(),
                            timeout);
                    each.thread().interrupt();
                    finished = false;
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            ending.forEach(each -> each.thread().interrupt());
            finished = false;
        }
        return finished;
    }

    /**
     * Lets a subscription finish the batch that it is handling and begin no other until it is resumed. Returns at once; the
     * status says when it is paused. Forgotten when this process ends.
     *
     * @param name which
     * @throws IllegalArgumentException when there is none of that name
     */
    public void pause(String name) {
        subscription(name).pause();
    }

    /**
     * Lets a paused subscription go on.
     *
     * @param name which
     * @throws IllegalArgumentException when there is none of that name
     */
    public void resume(String name) {
        subscription(name).resume();
    }

    /**
     * Waits until a subscription of this process has handled what an append stored, so that its read model shows it.
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
        return awaitPosition(name, result.lastPosition(), timeout);
    }

    /**
     * Waits until a subscription of this process has passed a position of the log.
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
        Subscription subscription = subscription(name);
        if (participation.hasAppended()) {
            throw uncommitted();
        }
        return subscription.awaitPosition(position, timeout.toNanos());
    }

    /**
     * Waits until a subscription of this process has passed everything that was committed before this call. Costs a
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
        return subscriptions.values().stream().map(Subscription::status).toList();
    }

    /**
     * Where one subscription is.
     *
     * @param name its name
     * @return its status, or empty when there is none of that name
     */
    public Optional<SubscriptionStatus> status(String name) {
        return Optional.ofNullable(subscriptions.get(name)).map(Subscription::status);
    }

    /**
     * What all subscriptions are doing, summed up.
     *
     * @return the status
     */
    public ManagerStatus status() {
        Instant now = clock.instant();
        Instant since = startedAt;
        return ManagerStatus.of(
                statuses(),
                since != null,
                readingHead(),
                since == null ? Duration.ZERO : Duration.between(since, now),
                now);
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
     * Whether the log's settled head can be read. While it cannot, no lag can be trusted.
     *
     * @return whether the last look at the head went well
     */
    public boolean readingHead() {
        return !tail.failing();
    }
}
