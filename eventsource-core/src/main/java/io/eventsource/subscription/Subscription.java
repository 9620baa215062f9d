package io.eventsource.subscription;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventSelection;
import io.eventsource.event.StoredEvent;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.LogPage;
import io.eventsource.store.LogQuery;
import io.eventsource.store.LogReader;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.util.backoff.BackOff;
import org.springframework.util.backoff.BackOffExecution;

/**
 * Drives one set of handlers through the log. A batch is one transaction: the handlers, then as its last statement the
 * checkpoint. A batch that fails is rolled back and repeated after a growing pause; nothing is passed over.
 */
final class Subscription {

    /** With nothing to handle, the checkpoint is written after so many positions, to spare a restart the way. */
    private static final long IDLE_CHECKPOINT_DISTANCE = 1_000;

    private static final Logger log = LoggerFactory.getLogger(Subscription.class);

    private final EventHandlers handlers;
    private final EventSelection selection;
    private final LogReader reader;
    private final TailReader tail;
    private final CheckpointRepository checkpoints;
    private final TransactionOperations transaction;
    private final BackOff backOff;
    private final int batchSize;
    private final Clock clock;

    private volatile SubscriptionState state = SubscriptionState.STOPPED;
    private volatile long position;
    private final AtomicLong eventsProcessed = new AtomicLong();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile @Nullable Instant lastProcessedAt;
    private volatile @Nullable Throwable lastFailure;

    Subscription(
            EventHandlers handlers,
            EventCodec codec,
            LogReader reader,
            TailReader tail,
            CheckpointRepository checkpoints,
            TransactionOperations transaction,
            BackOff backOff,
            int batchSize,
            Clock clock) {
        this.handlers = handlers;
        this.selection = codec.select(handlers.eventTypes());
        this.reader = reader;
        this.tail = tail;
        this.checkpoints = checkpoints;
        this.transaction = transaction;
        this.backOff = backOff;
        this.batchSize = batchSize;
        this.clock = clock;
    }

    String name() {
        return handlers.name();
    }

    SubscriptionStatus status() {
        return new SubscriptionStatus(
                name(),
                state,
                position,
                Math.max(0, tail.place().head() - position),
                eventsProcessed.get(),
                lastProcessedAt,
                failures.get(),
                lastFailure);
    }

    void run(StopSignal stop) throws InterruptedException {
        state = SubscriptionState.CATCHING_UP;
        BackOffExecution pauses = backOff.start();
        try {
            while (!stop.raised()) {
                try {
                    follow(stop);
                } catch (CheckpointMovedException moved) {
                    log.info("{}", moved.getMessage());
                } catch (RuntimeException | Error failure) {
                    // an error too: a thread that ended here would leave a subscription that never goes on
                    pauses = failures.get() == 0 ? backOff.start() : pauses;
                    pauseAfter(failure, pauses.nextBackOff(), stop);
                }
            }
        } finally {
            state = SubscriptionState.STOPPED;
        }
    }

    /** Goes on from the checkpoint in the database until the log may have become another one. */
    private void follow(StopSignal stop) throws InterruptedException {
        long generation = tail.place().generation();
        Checkpoint checkpoint = checkpoints.open(name());
        position = checkpoint.position();
        while (!stop.raised()) {
            if (position >= tail.place().head()) {
                if (tail.place().known()) {
                    // whatever failed before, there is nothing left to handle
                    recovered();
                    state = SubscriptionState.LIVE;
                }
                tail.awaitBeyond(position, generation, stop);
            }
            TailReader.Place place = tail.place();
            if (place.generation() != generation) {
                return;
            }
            if (place.head() > position) {
                checkpoint = step(checkpoint, place.head());
                recovered();
            }
        }
    }

    /** Handles one page; returns the checkpoint as it is in the database afterwards. */
    private Checkpoint step(Checkpoint checkpoint, long head) {
        LogPage page = reader.read(
                LogQuery.after(position).eventTypes(selection.storedNames()).limit(batchSize), head);
        if (failures.get() == 0 && !page.atHead()) {
            state = SubscriptionState.CATCHING_UP;
        }
        Checkpoint next = checkpoint;
        if (!page.events().isEmpty() || page.nextPosition() - checkpoint.position() >= IDLE_CHECKPOINT_DISTANCE) {
            handle(page, checkpoint);
            next = checkpoint.at(page.nextPosition());
        }
        position = page.nextPosition();
        return next;
    }

    private void handle(LogPage page, Checkpoint checkpoint) {
        List<StoredEvent> events = page.events();
        transaction.executeWithoutResult(status -> {
            for (StoredEvent event : events) {
                selection.decode(event).forEach(handlers::handle);
            }
            StoredEvent last = events.isEmpty() ? null : events.get(events.size() - 1);
            if (!checkpoints.advance(name(), checkpoint, page.nextPosition(), events.size(), last)) {
                throw new CheckpointMovedException(name(), checkpoint);
            }
        });
        if (!events.isEmpty()) {
            eventsProcessed.addAndGet(events.size());
            lastProcessedAt = clock.instant();
        }
        log.debug("'{}' handled {} events up to position {}", name(), events.size(), page.nextPosition());
    }

    private void recovered() {
        if (failures.get() > 0) {
            log.info("'{}' goes on from position {} after {} failures", name(), position, failures.get());
            failures.set(0);
            lastFailure = null;
        }
    }

    private void pauseAfter(Throwable failure, long millis, StopSignal stop) throws InterruptedException {
        state = SubscriptionState.RETRYING;
        lastFailure = failure;
        failures.incrementAndGet();
        if (failures.get() == 1) {
            log.warn("'{}' failed behind position {}, trying again in {} ms", name(), position, millis, failure);
        } else {
            log.debug("'{}' failed again behind position {}", name(), position, failure);
        }
        stop.await(millis);
    }
}
