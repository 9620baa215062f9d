package io.eventsource.subscription;

import io.eventsource.failure.FailureText;
import io.eventsource.signal.LogSignal;
import io.eventsource.subscription.InstanceSettings.StaticPartition;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.backoff.BackOff;
import org.springframework.util.backoff.BackOffExecution;

/**
 * Takes part in sharing out segments among instances. Its one thread renews the lease of this instance and looks at the segments
 * of all subscriptions, in one statement; then it makes segments that are missing, lets runners go whose segments are gone,
 * and claims or gives up what {@link Assignment} says. It does so when the lease is to be renewed, when another instance says
 * that something has changed, and when something has changed here.
 */
final class SegmentCoordinator {

    private static final Logger log = LoggerFactory.getLogger(SegmentCoordinator.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final InstanceSettings settings;
    private final Map<String, Subscription> subscriptions;
    private final SegmentRepository segments;
    private final CheckpointRepository checkpoints;
    private final StartingPoints startingPoints;
    private final SubscriptionFactory factory;
    private final Rebuilds rebuilds;
    private final Lease lease;
    private final LogSignal signal;
    private final BackOff backOff = Pauses.upTo(LONGEST_PAUSE);
    private final Loops<SegmentKey> loops;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean pending;
    private volatile boolean failing;
    private volatile boolean left;

    SegmentCoordinator(
            InstanceSettings settings,
            Map<String, Subscription> subscriptions,
            SubscriptionTables tables,
            SubscriptionFactory factory,
            Rebuilds rebuilds,
            LogSignal signal,
            ThreadFactory threads) {
        this.settings = settings;
        this.subscriptions = subscriptions;
        this.segments = tables.segments();
        this.checkpoints = tables.checkpoints();
        this.startingPoints = tables.startingPoints();
        this.factory = factory;
        this.rebuilds = rebuilds;
        this.lease = new Lease(settings.leaseDuration());
        this.signal = signal;
        this.loops = new Loops<>(threads);
    }

    /** Looks again at once, or right after the look that is under way. */
    void wake() {
        lock.lock();
        try {
            pending = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the last look failed. */
    boolean failing() {
        return failing;
    }

    void run(StopSignal stop) throws InterruptedException {
        left = false;
        try {
            lookRepeatedly(stop);
        } finally {
            if (left) {
                // given up on in the middle of a look, which may have registered it again
                boolean unused = leave();
            }
        }
    }

    private void lookRepeatedly(StopSignal stop) throws InterruptedException {
        BackOffExecution pauses = backOff.start();
        while (!stop.raised()) {
            Duration pause = settings.renewalInterval();
            try {
                look();
                pauses = backOff.start();
                failing = false;
            } catch (RuntimeException | Error failure) {
                // an error too: without this thread the instance would lose its segments and take none
                pause = Duration.ofMillis(pauses.nextBackOff());
                report(failure, pause);
            }
            await(stop, pause);
        }
    }

    private void report(Throwable failure, Duration pause) {
        if (!failing) {
            log.warn(
                    "Cannot renew the lease of this instance, trying again in {} ms",
                    pause.toMillis(),
                    FailureText.trace(failure));
        }
        failing = true;
        subscriptions.values().stream().filter(Subscription::started).forEach(each -> each.notSeen(failure));
    }

    private void await(StopSignal stop, Duration pause) throws InterruptedException {
        long left = pause.toNanos();
        lock.lockInterruptibly();
        try {
            while (!pending && !stop.raised() && left > 0) {
                left = changed.awaitNanos(left);
            }
            pending = false;
        } finally {
            lock.unlock();
        }
    }

    private void look() {
        List<Subscription> driven =
                subscriptions.values().stream().filter(Subscription::started).toList();
        if (driven.isEmpty()
                && subscriptions.values().stream()
                        .allMatch(each -> each.runners().isEmpty())) {
            return;
        }
        // also while the last batches go on of what is not driven any more
        List<SegmentRow> rows = renew(driven);
        Map<String, List<SegmentRow>> bySubscription = bySubscription(rows);
        Set<String> incomplete = new HashSet<>();
        for (Subscription each : driven) {
            List<SegmentRow> own = bySubscription.getOrDefault(each.name(), List.of());
            if (complete(each, own)) {
                each.saw(own);
                follow(each, own);
                rebuilds.follow(each.name(), own);
            } else {
                incomplete.add(each.name());
            }
        }
        assign(rows.stream()
                .filter(row -> !incomplete.contains(row.subscription()))
                .toList());
    }

    private List<SegmentRow> renew(List<Subscription> driven) {
        long sentAt = System.nanoTime();
        List<SegmentRow> rows = segments.renew(
                settings.description(), driven.stream().map(Subscription::name).toList(), settings.leaseDuration());
        lease.renewed(sentAt);
        return rows;
    }

    private static Map<String, List<SegmentRow>> bySubscription(List<SegmentRow> rows) {
        return rows.stream().collect(Collectors.groupingBy(SegmentRow::subscription));
    }

    /** Makes what is missing of a subscription's segments; says whether there was nothing to make. */
    private boolean complete(Subscription subscription, List<SegmentRow> rows) {
        int wanted = subscription.definition().settings().segments().count();
        try {
            if (rows.isEmpty()) {
                long position = startingPoints.resolve(
                        subscription.definition().settings().startFrom());
                if (segments.create(subscription.name(), wanted, position)) {
                    subscription.cut();
                }
                wake();
                return false;
            }
            if (!subscription.isCut()
                    && rows.size() < wanted
                    && rows.stream().noneMatch(row -> row.checkpoint().mergeAt() != null)) {
                if (segments.split(largest(rows)) && rows.size() + 1 == wanted) {
                    subscription.cut();
                }
                changed();
                return false;
            }
            subscription.cut();
            return true;
        } catch (RuntimeException failure) {
            // the others go on
            if (subscription.notSeen(failure)) {
                log.warn(
                        "'{}' cannot make its segments yet and tries again",
                        subscription.name(),
                        FailureText.trace(failure));
            }
            return false;
        }
    }

    static SegmentRow largest(List<SegmentRow> rows) {
        SegmentRow largest = rows.get(0);
        for (SegmentRow row : rows) {
            if (row.checkpoint().buckets().size()
                    > largest.checkpoint().buckets().size()) {
                largest = row;
            }
        }
        return largest;
    }

    /** Has runners learn what has become of their segments. */
    private void follow(Subscription subscription, List<SegmentRow> rows) {
        Map<Integer, SegmentRow> byNumber = new HashMap<>();
        rows.forEach(row -> byNumber.put(row.number(), row));
        for (SegmentRunner runner : subscription.runners()) {
            SegmentRow row = byNumber.get(runner.key().segment());
            if (row == null || !settings.id().equals(row.owner())) {
                loops.raise(runner.key());
                runner.reload();
            } else if (row.checkpoint().epoch() > runner.checkpoint().epoch()) {
                runner.reload();
            }
        }
    }

    private void assign(List<SegmentRow> rows) {
        Set<SegmentKey> deserted = rows.stream()
                .filter(this::deserted)
                .map(SegmentRow::key)
                .collect(Collectors.toCollection(HashSet::new));
        List<SegmentRow> seen = rows.stream()
                .map(row -> deserted.contains(row.key()) ? row.free() : row)
                .toList();
        StaticPartition partition = settings.partition();
        Assignment assignment = partition == null
                ? Assignment.fair(seen, settings.id())
                : Assignment.fixed(seen, partition, settings.id());
        boolean moved = false;
        for (SegmentRow row : assignment.claims()) {
            Optional<Checkpoint> claimed = segments.claim(row);
            claimed.ifPresent(checkpoint -> start(row.key(), checkpoint));
            deserted.remove(row.key());
            moved |= claimed.isPresent();
        }
        for (SegmentRow row : seen) {
            if (deserted.contains(row.key())) {
                // for another instance, which takes it for owned until then
                segments.release(row.key(), row.checkpoint().epoch());
                moved = true;
            }
        }
        for (SegmentRow row : assignment.releases()) {
            log.info("Giving up segment '{}' to another instance", row.key());
            loops.raise(row.key());
            runner(row.key()).ifPresent(SegmentRunner::reload);
        }
        if (moved) {
            changed();
        }
    }

    /** Whether a segment is this instance's in the database and has no runner: it could not be given up, or was cut meanwhile. */
    private boolean deserted(SegmentRow row) {
        return settings.id().equals(row.owner())
                && runner(row.key()).isEmpty()
                && !loops.running().contains(row.key());
    }

    private Optional<SegmentRunner> runner(SegmentKey key) {
        return Optional.ofNullable(subscriptions.get(key.subscription())).map(each -> each.runner(key.segment()));
    }

    private synchronized void start(SegmentKey key, Checkpoint claimed) {
        Subscription subscription = Objects.requireNonNull(subscriptions.get(key.subscription()));
        if (!subscription.started()) {
            // stopped since it was looked at
            segments.release(key, claimed.epoch());
            return;
        }
        SegmentRunner runner = factory.runner(subscription, key, claimed, new Claim(key));
        log.info(
                "Claimed segment '{}' (buckets {}) in epoch {} at position {}",
                key,
                claimed.buckets(),
                claimed.epoch(),
                claimed.position());
        Optional<SegmentRunner> former = runner(key);
        subscription.add(runner);
        try {
            loops.start(key, key.toString(), stop -> {
                try {
                    runner.run(stop);
                } finally {
                    subscription.remove(runner);
                    release(runner);
                }
            });
        } catch (RuntimeException | Error noThread) {
            // without a runner the segment goes to whoever has a thread
            subscription.remove(runner);
            throw noThread;
        }
        // a former one of the same number, merged away and cut out again, has not noticed yet
        former.ifPresent(SegmentRunner::reload);
    }

    /** Where the database is away, one of the next looks does it. */
    private void release(SegmentRunner runner) {
        try {
            segments.release(runner.key(), runner.checkpoint().epoch());
        } catch (RuntimeException failure) {
            log.debug("Cannot give up segment '{}'", runner.key(), FailureText.trace(failure));
        }
        changed();
    }

    /** Has this instance and all others look. */
    private void changed() {
        signal.announce();
        wake();
    }

    /** Stops the runners of subscriptions that are not to be driven any more, and gives their segments up. */
    boolean stop(Collection<String> names, Duration timeout, Supplier<Duration> grace) {
        Set<SegmentKey> keys;
        synchronized (this) {
            keys = loops.running().stream()
                    .filter(key -> names.contains(key.subscription()))
                    .collect(Collectors.toSet());
        }
        return loops.end(keys, () -> subscriptions.values().forEach(Subscription::wake), timeout, grace);
    }

    /** Gives everything up and forgets this instance; others claim what it had. Says whether the database knows. */
    boolean leave() {
        left = true;
        lease.end();
        boolean known = false;
        try {
            segments.deregister();
            known = true;
        } catch (RuntimeException failure) {
            log.warn(
                    "Cannot give up the segments of this instance; others take them over within {}",
                    settings.leaseDuration(),
                    FailureText.trace(failure));
        }
        signal.announce();
        return known;
    }

    /** The hold of this instance on a segment that it has claimed. */
    private final class Claim implements SegmentOwnership {

        private final SegmentKey key;

        Claim(SegmentKey key) {
            this.key = key;
        }

        @Override
        public boolean held() {
            return lease.held();
        }

        @Override
        public Optional<Checkpoint> find() {
            return checkpoints.find(key.subscription(), key.segment(), settings.id());
        }

        @Override
        public boolean merge() {
            boolean merged = segments.completeMerge(key);
            if (merged) {
                changed();
            }
            return merged;
        }

        @Override
        public void announce() {
            changed();
        }
    }

    UUID instance() {
        return settings.id();
    }
}
