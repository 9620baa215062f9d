package io.eventsource.subscription;

import io.eventsource.error.ErrorInfo;
import io.eventsource.error.ErrorListeners;
import io.eventsource.failure.FailureText;
import io.eventsource.log.Bucket;
import io.eventsource.subscription.SubscriptionStatus.SegmentStatus;
import io.eventsource.time.Clocks;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one set of handlers does in this process: the segments that it owns, each with a runner, and what is known of the others.
 * Thread-safe.
 */
final class Subscription implements SegmentListener {

    private static final Logger log = LoggerFactory.getLogger(Subscription.class);

    private static final long SHORTEST_LOOK_NANOS = Duration.ofMillis(5).toNanos();
    private static final long LONGEST_LOOK_NANOS = Duration.ofMillis(100).toNanos();

    private final SubscriptionDefinition definition;
    private final TailReader tail;
    private final SubscriptionStatus.Listener listener;
    private final ErrorListeners errors;
    private final SubscriptionCircuitBreaker breaker;
    private final FailureLog failureLog;
    private final Clock clock;
    private final StoredProgress stored;
    private final Semaphore turns;
    private final Object telling = new Object();
    private final Map<Integer, SegmentRunner> runners = new ConcurrentSkipListMap<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();
    private final AtomicLong eventsProcessed = new AtomicLong();
    private final AtomicLong batches = new AtomicLong();
    private final AtomicLong handlingNanos = new AtomicLong();
    private final AtomicLong failedAttempts = new AtomicLong();
    private final AtomicLong retried = new AtomicLong();
    private final AtomicLong claimed = new AtomicLong();
    private final AtomicLong given = new AtomicLong();
    private volatile @Nullable Instant lastProcessedAt;
    private volatile boolean started;

    /** What was last heard of it being paused or resumed; null before the first look. */
    private volatile ControlRepository.@Nullable Control control;

    /** All segments as this process last saw them; null before its first look since the start. */
    private volatile @Nullable List<SegmentRow> seen;

    private volatile boolean cut;

    /** Why the segments could not be looked at or made, if they could not. */
    private volatile SegmentFailures.Streak opening = SegmentFailures.Streak.NONE;

    /** The state that listeners were last told. */
    private SubscriptionStatus.State told = SubscriptionStatus.State.STOPPED;

    Subscription(
            SubscriptionDefinition definition,
            TailReader tail,
            StoredProgress stored,
            SubscriptionStatus.Listener listener,
            ErrorListeners errors,
            Clocks clocks) {
        this.definition = definition;
        this.tail = tail;
        this.stored = stored;
        this.turns = new Semaphore(definition.settings().segments().concurrency(), true);
        this.listener = listener;
        this.errors = errors;
        this.clock = clocks.wall();
        this.failureLog = new FailureLog(definition.settings().retry().maxRetries(), clocks.ticker());
        this.breaker = new SubscriptionCircuitBreaker(
                definition.name(), definition.settings().circuitBreaker(), clocks.ticker());
    }

    String name() {
        return definition.name();
    }

    SubscriptionDefinition definition() {
        return definition;
    }

    TailReader tail() {
        return tail;
    }

    /** As many of its segments as there are of these are handled at the same time. */
    Semaphore turns() {
        return turns;
    }

    /** Shared by all of its segments: what is away for one is away for all. */
    SubscriptionCircuitBreaker breaker() {
        return breaker;
    }

    /** Shared by all of its segments: what fails in one fails in all. */
    FailureLog failureLog() {
        return failureLog;
    }

    boolean started() {
        return started;
    }

    void started(boolean newStarted) {
        started = newStarted;
        if (newStarted) {
            seen = null;
            cut = false;
        }
        stateChanged();
    }

    /** Takes a runner for a segment that has just been claimed. */
    void add(SegmentRunner runner) {
        runners.put(runner.key().segment(), runner);
        if (pause() != null) {
            runner.pause();
        }
        claimed.incrementAndGet();
        stateChanged();
    }

    void remove(SegmentRunner runner) {
        runners.remove(runner.key().segment(), runner);
        given.incrementAndGet();
        stateChanged();
        moved();
    }

    @Nullable SegmentRunner runner(int segment) {
        return runners.get(segment);
    }

    Collection<SegmentRunner> runners() {
        return runners.values();
    }

    /** What this process has just seen of the segments. */
    void saw(List<SegmentRow> rows) {
        obey(rows.get(0).control());
        seen = rows;
        opening = SegmentFailures.Streak.NONE;
        stateChanged();
    }

    /** The segments could not be looked at, or not be made; says whether this is news. */
    boolean notSeen(Throwable failure) {
        opening = opening.and(
                failure, "its segments cannot be looked at or made: " + FailureText.of(failure), clock.instant());
        stateChanged();
        return opening.failures() == 1;
    }

    /** There are as many segments as configured. From now on their number is the operators' affair. */
    void cut() {
        cut = true;
    }

    /** Whether there have been as many segments as configured since it was started. */
    boolean isCut() {
        return cut;
    }

    private List<SegmentRow> segments() {
        List<SegmentRow> rows = seen;
        return rows == null ? List.of() : rows;
    }

    /** Does what somebody has said to all instances, unless it is older than what was heard before. */
    synchronized void obey(ControlRepository.Control heard) {
        ControlRepository.Control before = control;
        if (before != null && heard.changes() <= before.changes()) {
            return;
        }
        control = heard;
        if (heard.pause() != null) {
            runners.values().forEach(SegmentRunner::pause);
        } else {
            runners.values().forEach(SegmentRunner::resume);
        }
        stateChanged();
    }

    private SubscriptionStatus.@Nullable Pause pause() {
        ControlRepository.Control heard = control;
        return heard == null ? null : heard.pause();
    }

    void wake() {
        runners.values().forEach(SegmentRunner::wake);
        moved();
    }

    @Override
    public void moved() {
        lock.lock();
        try {
            progress.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void handled(int events, Duration took, Instant at) {
        eventsProcessed.addAndGet(events);
        batches.incrementAndGet();
        handlingNanos.addAndGet(took.toNanos());
        lastProcessedAt = at;
    }

    @Override
    public void failed(ErrorInfo error) {
        failedAttempts.incrementAndGet();
        if (error.reaction().willRetry()) {
            retried.incrementAndGet();
        }
        errors.publish(error);
    }

    /** Tells the listener when the state of all runners together is another. Its calls follow each other. */
    @Override
    public void stateChanged() {
        synchronized (telling) {
            SubscriptionStatus.State from = told;
            SubscriptionStatus.State to = state();
            if (from != to) {
                told = to;
                try {
                    listener.stateChanged(name(), from, to);
                } catch (RuntimeException | Error failure) {
                    log.warn(
                            "A listener failed when '{}' went from {} to {}",
                            name(),
                            from,
                            to,
                            FailureText.trace(failure));
                }
            }
        }
    }

    /** That of the runner that needs attention most. */
    SubscriptionStatus.State state() {
        if (runners.isEmpty()) {
            return withoutRunners();
        }
        for (SubscriptionStatus.State each : SubscriptionStatus.State.BY_URGENCY) {
            if (runners.values().stream().anyMatch(runner -> runner.state() == each)) {
                return each;
            }
        }
        return SubscriptionStatus.State.LIVE;
    }

    private SubscriptionStatus.State withoutRunners() {
        if (!started) {
            return SubscriptionStatus.State.STOPPED;
        }
        if (opening.failures() > 0) {
            return SubscriptionStatus.State.RETRYING;
        }
        if (pause() != null) {
            return SubscriptionStatus.State.PAUSED;
        }
        List<SegmentRow> rows = seen;
        boolean takenCareOf = rows != null && !rows.isEmpty() && rows.stream().allMatch(row -> row.owner() != null);
        return takenCareOf ? SubscriptionStatus.State.STANDBY : SubscriptionStatus.State.CATCHING_UP;
    }

    SubscriptionStatus status(UUID instance) {
        long end = tail.visibleEnd();
        List<SegmentStatus> segments =
                segments().stream().map(row -> status(row, instance, end)).toList();
        SegmentFailures.Streak failing = runners.values().stream()
                .map(SegmentRunner::streak)
                .filter(streak -> streak.failures() > 0)
                .findFirst()
                .orElse(opening);
        long position = runners.values().stream()
                .mapToLong(SegmentRunner::position)
                .min()
                .orElseGet(() -> segments.stream()
                        .mapToLong(SegmentStatus::position)
                        .min()
                        .orElse(0));
        return new SubscriptionStatus(
                name(),
                state(),
                new SubscriptionStatus.Progress(
                        position, Math.max(0, end - position), tail.waiting(position), lastProcessedAt),
                counters(),
                failing.fault(),
                definition.autoStartup(),
                pause(),
                rebuilt(),
                segments);
    }

    private SubscriptionStatus.Counters counters() {
        return new SubscriptionStatus.Counters(
                eventsProcessed.get(),
                batches.get(),
                Duration.ofNanos(handlingNanos.get()),
                failedAttempts.get(),
                retried.get(),
                claimed.get(),
                given.get());
    }

    /** The average over all buckets. */
    private @Nullable Double rebuilt() {
        double done = 0;
        double total = 0;
        for (SegmentRow row : segments()) {
            Long until = row.checkpoint().rebuildUntil();
            if (until != null) {
                SegmentRunner runner = runners.get(row.number());
                long position = runner == null ? row.checkpoint().position() : runner.position();
                int buckets = row.checkpoint().buckets().size();
                done += (double) Math.min(position, until) * buckets;
                total += (double) until * buckets;
            }
        }
        return total == 0 ? null : (Double) (done / total);
    }

    private SegmentStatus status(SegmentRow row, UUID instance, long end) {
        SegmentRunner runner = runners.get(row.number());
        Checkpoint checkpoint = runner == null ? row.checkpoint() : runner.checkpoint();
        long position = runner == null ? checkpoint.position() : runner.position();
        return new SegmentStatus(
                checkpoint.segment(),
                checkpoint.buckets(),
                runner == null ? row.owner() : instance,
                checkpoint.epoch(),
                runner == null ? null : runner.state(),
                position,
                Math.max(0, end - position));
    }

    /**
     * Waits until streams have been handled up to a position, wherever that is done.
     *
     * @param buckets which streams
     * @return whether it was in time
     */
    boolean awaitPosition(Bucket.Range buckets, long awaited, long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        long look = SHORTEST_LOOK_NANOS;
        while (true) {
            boolean here = covered(buckets, Long.MIN_VALUE);
            if (here ? covered(buckets, awaited) : stored.passed(buckets, awaited)) {
                return true;
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            awaitProgress(buckets, awaited, here, here ? left : Math.min(left, look));
            look = Math.min(LONGEST_LOOK_NANOS, look * 2);
        }
    }

    /** Until they have been handled here, or runners of this process have come by these buckets or lost them. */
    private void awaitProgress(Bucket.Range buckets, long awaited, boolean here, long nanos)
            throws InterruptedException {
        long left = nanos;
        lock.lockInterruptibly();
        try {
            while (!covered(buckets, awaited) && covered(buckets, Long.MIN_VALUE) == here && left > 0) {
                left = progress.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether runners of this process have all of these buckets and have come to a position. */
    private boolean covered(Bucket.Range buckets, long position) {
        int next = buckets.first();
        for (SegmentRunner runner : runners.values()) {
            Bucket.Range own = runner.checkpoint().buckets();
            if (runner.placed() && own.first() <= next && next <= own.last() && runner.position() >= position) {
                next = own.last() + 1;
            }
        }
        return next > buckets.last();
    }
}
