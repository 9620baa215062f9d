package io.eventsource.subscription;

import io.eventsource.signal.LogSignal;
import io.eventsource.time.Clocks;
import io.eventsource.time.Clocks.Moment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts and stops the threads of a manager, and knows which are to run. Thread-safe. */
final class ManagerLifecycle {

    private static final Logger log = LoggerFactory.getLogger(SubscriptionManager.class);
    private static final String TAIL = "tail";
    private static final String COORDINATOR = "coordinator";
    private static final String LEAVING = "leaving";
    private static final Duration SHORTEST_LEAVE = Duration.ofSeconds(5);

    private final Map<String, Subscription> subscriptions;
    private final Loops<String> loops;
    private final Workers workers;
    private final TailReader tail;
    private final SegmentCoordinator coordinator;
    private final LogSignal signal;
    private final Clocks clocks;

    private volatile @Nullable Moment startedAt;
    private volatile GracefulShutdown.Phase phase = GracefulShutdown.Phase.RUNNING;

    ManagerLifecycle(SubscriptionAssembly parts) {
        this.subscriptions = parts.subscriptions;
        this.loops = parts.loops;
        this.workers = parts.workers;
        this.tail = parts.tail;
        this.coordinator = parts.coordinator;
        this.signal = parts.signal;
        this.clocks = parts.database.clocks();
    }

    synchronized void start(List<Subscription> named) {
        List<Subscription> stopped =
                named.stream().filter(each -> !each.started()).toList();
        boolean following = loops.running().contains(TAIL);
        if (stopped.isEmpty() && following) {
            return;
        }
        workers.start();
        phase = GracefulShutdown.Phase.RUNNING;
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

    synchronized GracefulShutdown.Result shutDown(Duration drain, Duration total) {
        long begun = System.nanoTime();
        long deadline = begun + total.toNanos();
        List<Subscription> ending =
                subscriptions.values().stream().filter(Subscription::started).toList();
        phase = GracefulShutdown.Phase.DRAINING;
        Drain underWay = new Drain(ending);
        loops.raise(TAIL);
        // the lease is renewed for as long as batches go on
        boolean finished = end(ending, begun + drain.toNanos(), () -> {
            phase = GracefulShutdown.Phase.FORCING;
            return left(deadline).dividedBy(2);
        });
        phase = GracefulShutdown.Phase.RELEASING;
        finished &= loops.end(List.of(COORDINATOR), coordinator::wake, left(deadline));
        boolean released = ending.isEmpty() || leave(deadline);
        finished &= loops.end(List.of(TAIL), tail::wakeAll, left(deadline));
        workers.stop();
        startedAt = null;
        phase = GracefulShutdown.Phase.STOPPED;
        GracefulShutdown.Result result =
                underWay.result(!finished, released, Duration.ofNanos(System.nanoTime() - begun));
        if (result.phase() != GracefulShutdown.Phase.STOPPED || result.forced()) {
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

    synchronized boolean stop(Subscription subscription, Duration timeout) {
        boolean last = subscriptions.values().stream().noneMatch(each -> each.started() && each != subscription);
        if (last) {
            return !shutDown(timeout, timeout).forced();
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

    /** When the first subscription was started; null when none is. */
    @Nullable Moment startedAt() {
        return startedAt;
    }

    GracefulShutdown.Phase phase() {
        return phase;
    }

    /** Whether the threads are alive that are to run. */
    boolean threadsAlive() {
        if (startedAt == null || phase != GracefulShutdown.Phase.RUNNING) {
            return true;
        }
        Set<String> running = loops.running();
        return running.contains(TAIL) && (subscriptions.isEmpty() || running.contains(COORDINATOR));
    }
}
