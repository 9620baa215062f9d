package io.eventsource.subscription;

import io.eventsource.EventSourceException;
import io.eventsource.event.EventCodec;
import io.eventsource.projection.EventHandlers;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.store.LogHead;
import io.eventsource.store.LogReader;
import io.eventsource.store.LogSignal;
import io.eventsource.store.TransactionParticipation;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.ResourceTransactionManager;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * Starts, stops and watches the subscriptions of this JVM: one thread that follows the log's settled head for all of
 * them, and one for each. Thread-safe.
 */
public final class SubscriptionManager {

    private static final Logger log = LoggerFactory.getLogger(SubscriptionManager.class);

    private final List<Subscription> subscriptions;
    private final TailReader tail;
    private final ThreadFactory threads;
    private final List<Thread> running = new ArrayList<>();
    private StopSignal stop = new StopSignal();

    /**
     * Creates a manager. Nothing is started and no connection is opened.
     *
     * @param handlers what to drive, each under a name of its own
     * @param dataSource where the tables are
     * @param schema the schema that holds them
     * @param codec the JSON form of events
     * @param logHead the log's settled head
     * @param signal raised after each commit that added to the log
     * @param transactionManager begins the transactions in which events are handled; must govern the data source
     * @param settings how to read
     * @param threads makes the threads
     * @param clock stamps the status
     * @throws EventSourceException when two handlers have the same name
     */
    public SubscriptionManager(
            Collection<? extends EventHandlers> handlers,
            DataSource dataSource,
            EventSourceSchema schema,
            EventCodec codec,
            LogHead logHead,
            LogSignal signal,
            PlatformTransactionManager transactionManager,
            SubscriptionSettings settings,
            ThreadFactory threads,
            Clock clock) {
        requireDistinctNames(handlers);
        requireGoverned(transactionManager, dataSource);
        ExponentialBackOff backOff =
                new ExponentialBackOff(settings.retryDelay().toMillis(), 2);
        backOff.setMaxInterval(settings.maxRetryDelay().toMillis());
        backOff.setJitter(settings.retryDelay().toMillis() / 4);
        this.tail = new TailReader(logHead, signal, settings.pollInterval(), backOff, clock);
        this.threads = threads;
        CheckpointRepository checkpoints = new CheckpointRepository(new JdbcTemplate(dataSource), schema);
        LogReader reader = new LogReader(dataSource, schema);
        TransactionOperations transaction = governed(new TransactionTemplate(transactionManager), dataSource);
        this.subscriptions = handlers.stream()
                .map(each -> new Subscription(
                        each, codec, reader, tail, checkpoints, transaction, backOff, settings.batchSize(), clock))
                .toList();
    }

    private static void requireDistinctNames(Collection<? extends EventHandlers> handlers) {
        Set<String> names = new HashSet<>();
        for (EventHandlers each : handlers) {
            if (!names.add(each.name())) {
                throw new EventSourceException(
                        "Two projections have the name '%s'. Give one of them another name in @Projection: a checkpoint belongs to one projection."
                                .formatted(each.name()));
            }
        }
    }

    /** What can be told before the first batch. */
    private static void requireGoverned(PlatformTransactionManager transactionManager, DataSource dataSource) {
        if (transactionManager instanceof ResourceTransactionManager manager
                && manager.getResourceFactory() instanceof DataSource governed
                && TransactionParticipation.target(governed) != TransactionParticipation.target(dataSource)) {
            throw ungoverned(transactionManager);
        }
    }

    private static EventSourceException ungoverned(@Nullable PlatformTransactionManager transactionManager) {
        return new EventSourceException(
                "The transaction manager %s does not govern the data source of the event store, so that a projection and its checkpoint could not commit together. Give eventsource a transaction manager of that data source."
                        .formatted(transactionManager));
    }

    /** Fails a batch whose transaction would not cover the checkpoint, instead of committing the two apart. */
    private static TransactionOperations governed(TransactionTemplate template, DataSource dataSource) {
        TransactionParticipation participation = new TransactionParticipation(dataSource);
        return new TransactionOperations() {
            @Override
            public <T> T execute(TransactionCallback<T> action) {
                return template.execute(status -> {
                    if (!participation.active()) {
                        throw ungoverned(template.getTransactionManager());
                    }
                    return action.doInTransaction(status);
                });
            }
        };
    }

    /** Starts all subscriptions. Returns at once; a database that is out of reach is waited for. Does nothing when started. */
    public synchronized void start() {
        if (!running.isEmpty()) {
            return;
        }
        StopSignal newStop = new StopSignal();
        stop = newStop;
        launch("tail", () -> tail.run(newStop));
        for (Subscription subscription : subscriptions) {
            launch(subscription.name(), () -> subscription.run(newStop));
        }
        log.info("Started {} subscriptions: {}", subscriptions.size(), names());
    }

    private void launch(String name, Interruptible body) {
        Thread thread = threads.newThread(() -> {
            try {
                body.run();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        thread.setName("eventsource-" + name);
        running.add(thread);
        thread.start();
    }

    /** What a thread of this manager does until it is stopped. */
    private interface Interruptible {
        void run() throws InterruptedException;
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
        stop.raise();
        tail.wakeAll();
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean finished = true;
        try {
            for (Thread thread : running) {
                // 0 would wait for ever
                thread.join(Math.max(
                        1, Duration.ofNanos(deadline - System.nanoTime()).toMillis()));
                if (thread.isAlive()) {
                    log.warn("{} did not finish within {}, interrupting it", thread.getName(), timeout);
                    thread.interrupt();
                    finished = false;
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            running.forEach(Thread::interrupt);
            finished = false;
        }
        if (!running.isEmpty()) {
            log.info("Stopped {} subscriptions", subscriptions.size());
        }
        running.clear();
        return finished;
    }

    /**
     * The names of all subscriptions.
     *
     * @return the names
     */
    public List<String> names() {
        return subscriptions.stream().map(Subscription::name).toList();
    }

    /**
     * Where all subscriptions are.
     *
     * @return a status for each
     */
    public List<SubscriptionStatus> statuses() {
        return subscriptions.stream().map(Subscription::status).toList();
    }

    /**
     * Where one subscription is.
     *
     * @param name its name
     * @return its status, or empty when there is none of that name
     */
    public Optional<SubscriptionStatus> status(String name) {
        return statuses().stream().filter(status -> status.name().equals(name)).findFirst();
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
