package io.eventsource.store;

import io.eventsource.failure.FailureText;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.CannotGetJdbcConnectionException;

/**
 * Lets concurrent appends share statements and commits.
 *
 * <ol>
 *   <li>An append joins the queue. If nobody is flushing, its own thread becomes the flusher at once: a lone caller pays
 *       for no hand-over.
 *   <li>The flusher takes what is queued, up to the limits of a group and at most one append per stream, and runs it as
 *       one statement and one commit. Whoever arrives meanwhile queues up for the next group. When many events queue up,
 *       a second group runs at the same time, without the streams of the first.
 *   <li>When the last group had several members, the flusher gives those who were just answered a moment to come back, so
 *       that callers who append again and again meet in one group instead of in two that take turns. A moment that brought
 *       nobody is not granted again for a growing number of groups.
 *   <li>When the flush returns, each member of the group gets its own result, and the first of the queue becomes the next
 *       flusher. An append that waits for a version of a stream which the group has just moved past is answered too: it
 *       has lost.
 *   <li>What the group could not do (its stream is busy, is not as expected, or a retry has to be recognised) runs on its
 *       own in its caller's thread, and so does every member of a group that failed as a whole: with its own append id, so
 *       that a commit whose answer was lost is not done twice.
 * </ol>
 *
 * <p>The queue is bounded by making callers wait. Thread-safe; owns no thread.
 */
final class AppendCoalescer {

    /** Appends in a group at most. */
    static final int MAX_APPENDS = 256;

    /** Events in a group at most. */
    static final int MAX_EVENTS = 2_000;

    /** Events that a group need not exceed while another group can take the rest at the same time. */
    private static final int ENOUGH_EVENTS = 80;

    /**
     * As many queued events are worth a commit of their own beside the group under way: inserting them keeps a core of the
     * server busy for longer than a commit takes.
     */
    static final int EVENTS_OF_SECOND_GROUP = 40;

    /** Groups under way at most. */
    private static final int MAX_FLUSHERS = 2;

    /**
     * Events of an append that shares a commit at most. A larger one runs on its own: it costs several times what its
     * commit does, a group does all of it on one core of the server, and everybody in the group would wait for it.
     */
    static final int MAX_SHARED_EVENTS = 50;

    /** Characters of payload in a group at most; a larger append runs on its own. */
    static final long MAX_CHARACTERS = 4L * 1024 * 1024;

    /** How long a flusher waits for company at most, well below what a commit takes. */
    private static final long MOMENT_NANOS = 200_000;

    /** Callers that were answered longer ago than this are not expected back. */
    private static final long RECENT_NANOS = 1_000_000;

    /** Groups without a moment after one that brought nobody, at most. */
    private static final int MAX_IMPATIENCE = 64;

    /** Appends that may wait; further callers wait for a place among them. */
    static final int MAX_WAITING = 10_000;

    /** How appends reach the database. */
    interface Port {

        /** Runs a group in one commit, waiting for nobody; null for a member that has to run on its own. */
        List<@Nullable AppendOutcome> appendGroup(List<EncodedAppend> group);

        /** Runs one append in a commit of its own, waiting for its stream. */
        AppendOutcome appendAlone(EncodedAppend append);
    }

    private static final Logger log = LoggerFactory.getLogger(AppendCoalescer.class);

    private final Port port;
    private final Executor executor;
    private final Semaphore places = new Semaphore(MAX_WAITING);
    private final Deque<Waiting> queue = new ArrayDeque<>();
    /** Streams of the groups under way: what is queued for them stays, so that it runs in its order. */
    private final Set<UUID> underWay = new HashSet<>();

    private int queuedEvents;
    private int flushers;

    // who is expected back; guarded by this
    private int expected;
    private long answeredAt;
    private int impatience;
    private int impatientGroups;
    private @Nullable Waiting collecting;

    AppendCoalescer(Port port, Executor executor) {
        this.port = port;
        this.executor = executor;
    }

    /** What a waiting append is told. */
    private enum Turn {
        WAIT,
        FLUSH,
        ALONE,
        DONE
    }

    /** An append in the queue: of a thread that waits for it, or of nobody in particular. */
    private static final class Waiting {
        final EncodedAppend append;
        final @Nullable Thread thread;
        final CompletableFuture<AppendOutcome> answer = new CompletableFuture<>();
        volatile Turn turn = Turn.WAIT;
        volatile @Nullable Thread flusher;

        Waiting(EncodedAppend append, @Nullable Thread thread) {
            this.append = append;
            this.thread = thread;
        }

        UUID stream() {
            return append.append().aggregateId();
        }

        int events() {
            return append.rows().size();
        }
    }

    /** Appends and waits for the outcome; an interrupt is kept for the caller, since what is under way has its outcome. */
    AppendOutcome append(EncodedAppend append) {
        if (tooLarge(append)) {
            return port.appendAlone(append);
        }
        places.acquireUninterruptibly();
        try {
            Waiting waiting = new Waiting(append, Thread.currentThread());
            enqueue(waiting);
            return await(waiting);
        } finally {
            places.release();
        }
    }

    /** Appends without waiting for the outcome. Waits for a place in the queue. */
    CompletableFuture<AppendOutcome> appendAsync(EncodedAppend append) {
        if (tooLarge(append)) {
            return CompletableFuture.supplyAsync(() -> port.appendAlone(append), this::run);
        }
        places.acquireUninterruptibly();
        Waiting waiting = new Waiting(append, null);
        enqueue(waiting);
        return waiting.answer.whenComplete((outcome, failure) -> places.release());
    }

    private static boolean tooLarge(EncodedAppend append) {
        return append.rows().size() > MAX_SHARED_EVENTS || append.characters() > MAX_CHARACTERS;
    }

    /** Queues up, and begins a group when it is time. */
    private void enqueue(Waiting waiting) {
        Waiting leader;
        synchronized (this) {
            queue.add(waiting);
            queuedEvents += waiting.events();
            if (collecting != null) {
                if (complete(collecting)) {
                    LockSupport.unpark(collecting.flusher);
                }
                return;
            }
            leader = nextLeader();
        }
        lead(leader);
    }

    /** Takes the one out of the queue that begins a group now, if any does. Guarded by this. */
    private @Nullable Waiting nextLeader() {
        if (flushers == MAX_FLUSHERS || (flushers > 0 && queuedEvents < EVENTS_OF_SECOND_GROUP)) {
            return null;
        }
        for (Iterator<Waiting> waiting = queue.iterator(); waiting.hasNext(); ) {
            Waiting next = waiting.next();
            if (underWay.add(next.stream())) {
                remove(waiting, next);
                flushers++;
                return next;
            }
        }
        return null;
    }

    private void remove(Iterator<Waiting> queued, Waiting waiting) {
        queued.remove();
        queuedEvents -= waiting.events();
    }

    private void lead(@Nullable Waiting leader) {
        if (leader == null) {
            return;
        }
        if (leader.thread == null) {
            run(() -> flush(leader));
        } else {
            tell(leader, Turn.FLUSH);
        }
    }

    private AppendOutcome await(Waiting waiting) {
        boolean interrupted = false;
        try {
            while (true) {
                switch (waiting.turn) {
                    case DONE -> {
                        return answer(waiting);
                    }
                    case FLUSH -> {
                        waiting.turn = Turn.WAIT;
                        flush(waiting);
                    }
                    case ALONE -> {
                        return port.appendAlone(waiting.append);
                    }
                    case WAIT -> {
                        LockSupport.park(this);
                        interrupted |= Thread.interrupted();
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static AppendOutcome answer(Waiting waiting) {
        try {
            return waiting.answer.join();
        } catch (CompletionException failure) {
            if (failure.getCause() instanceof Error error) {
                throw error;
            }
            throw failure.getCause() instanceof RuntimeException runtime ? runtime : failure;
        }
    }

    /** Runs one group, tells its members, and hands over. Never throws: what fails is the members' to hear. */
    private void flush(Waiting leader) {
        collect(leader);
        List<Waiting> group = takeGroup(leader);
        // an interrupt is this caller's alone, and must not fail the others
        boolean interrupted = Thread.interrupted();
        try {
            runGroup(group);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void runGroup(List<Waiting> group) {
        List<@Nullable AppendOutcome> outcomes;
        try {
            outcomes = port.appendGroup(group.stream().map(each -> each.append).toList());
        } catch (CannotGetJdbcConnectionException unreachable) {
            boolean interruptedMeanwhile = Thread.currentThread().isInterrupted();
            handOver(group, 0);
            group.forEach(interruptedMeanwhile ? this::runAlone : each -> fail(each, unreachable));
            return;
        } catch (AppendFailedException failure) {
            handOver(group, 0);
            // a used position is not drawn again, so that running alone would hide that the sequence was set back
            group.forEach(
                    failure.reason().concernsAll()
                            ? each -> fail(each, failure.of(each.append.append()))
                            : this::runAlone);
            return;
        } catch (RuntimeException failure) {
            log.debug("A group of {} appends failed, each runs on its own", group.size(), FailureText.trace(failure));
            handOver(group, 0);
            group.forEach(this::runAlone);
            return;
        } catch (Error failure) {
            handOver(group, 0);
            group.forEach(each -> fail(each, failure));
            return;
        }
        Map<Waiting, AppendOutcome> lost = takeLost(group, outcomes);
        handOver(group, group.size());
        lost.forEach(this::answer);
        for (int i = 0; i < group.size(); i++) {
            AppendOutcome outcome = outcomes.get(i);
            if (outcome == null) {
                runAlone(group.get(i));
            } else {
                answer(group.get(i), outcome);
            }
        }
    }

    /** An accepted append is answered even when the executor takes no more tasks: by whoever noticed. */
    private void run(Runnable task) {
        try {
            executor.execute(task);
        } catch (RuntimeException | Error refused) {
            log.debug(
                    "The executor takes no more tasks, going on in {}",
                    Thread.currentThread(),
                    FailureText.trace(refused));
            task.run();
        }
    }

    private void answer(Waiting waiting, AppendOutcome outcome) {
        conclude(waiting, () -> waiting.answer.complete(outcome));
    }

    private void fail(Waiting waiting, Throwable failure) {
        conclude(waiting, () -> waiting.answer.completeExceptionally(failure));
    }

    /** What depends on an asynchronous answer does not run in this thread, which is another caller's and has others to tell. */
    private void conclude(Waiting waiting, Runnable completion) {
        if (waiting.thread == null) {
            run(completion);
        } else {
            completion.run();
            tell(waiting, Turn.DONE);
        }
    }

    private void runAlone(Waiting waiting) {
        if (waiting.thread != null) {
            tell(waiting, Turn.ALONE);
        } else {
            run(() -> {
                try {
                    waiting.answer.complete(port.appendAlone(waiting.append));
                } catch (RuntimeException | Error failure) {
                    waiting.answer.completeExceptionally(failure);
                }
            });
        }
    }

    private static void tell(Waiting waiting, Turn turn) {
        waiting.turn = turn;
        if (waiting.thread != null && waiting.thread != Thread.currentThread()) {
            LockSupport.unpark(waiting.thread);
        }
    }

    /** Gives those who were just answered a moment to come back, unless somebody else is waiting for them already. */
    private void collect(Waiting leader) {
        int before;
        synchronized (this) {
            before = queue.size();
            if (collecting != null || complete(leader) || System.nanoTime() - answeredAt > RECENT_NANOS) {
                return;
            }
            if (impatientGroups > 0) {
                impatientGroups--;
                return;
            }
            leader.flusher = Thread.currentThread();
            collecting = leader;
        }
        boolean interrupted = false;
        long deadline = System.nanoTime() + MOMENT_NANOS;
        for (long left = MOMENT_NANOS; left > 0 && !isComplete(leader); left = deadline - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
            interrupted |= Thread.interrupted();
        }
        synchronized (this) {
            collecting = null;
            impatience = queue.size() > before ? 0 : Math.min(MAX_IMPATIENCE, 2 * impatience + 1);
            impatientGroups = impatience;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isComplete(Waiting leader) {
        return complete(leader);
    }

    private boolean complete(Waiting leader) {
        return queue.size() + 1 >= expected || queuedEvents + leader.events() >= ENOUGH_EVENTS;
    }

    /**
     * Takes those out of the queue that wait for a version which a member of the group has just moved past. An append with
     * an id of its caller's is not among them: it may be a repetition.
     */
    private synchronized Map<Waiting, AppendOutcome> takeLost(
            List<Waiting> group, List<@Nullable AppendOutcome> outcomes) {
        if (queue.isEmpty()) {
            return Map.of();
        }
        Map<UUID, StreamAppend> winners = new HashMap<>();
        Map<UUID, Long> versions = new HashMap<>();
        for (int i = 0; i < group.size(); i++) {
            AppendOutcome outcome = outcomes.get(i);
            if (outcome != null && outcome.outcome().equals("appended")) {
                StreamAppend winner = group.get(i).append.append();
                winners.put(winner.aggregateId(), winner);
                versions.put(winner.aggregateId(), outcome.version());
            }
        }
        Map<Waiting, AppendOutcome> lost = new LinkedHashMap<>();
        for (Iterator<Waiting> waiting = queue.iterator(); waiting.hasNext(); ) {
            Waiting next = waiting.next();
            StreamAppend append = next.append.append();
            StreamAppend winner = winners.get(append.aggregateId());
            Long version = versions.get(append.aggregateId());
            if (winner != null
                    && version != null
                    && append.appendId() == null
                    && append.aggregateType().equals(winner.aggregateType())
                    && Objects.equals(
                            append.metadata().tenantId(), winner.metadata().tenantId())
                    && append.expectedVersion() instanceof ExpectedVersion.Exact exact
                    && exact.version() < version) {
                lost.put(next, new AppendOutcome("conflict", version, null, 0, 0));
                remove(waiting, next);
            }
        }
        return lost;
    }

    /** The oldest of the queue, within the limits of a group and one per stream; what does not fit stays in its place. */
    private List<Waiting> takeGroup(Waiting leader) {
        List<Waiting> group = new ArrayList<>();
        group.add(leader);
        int events = leader.events();
        long characters = leader.append.characters();
        Waiting second;
        synchronized (this) {
            int limit = Math.min(MAX_EVENTS, Math.max(ENOUGH_EVENTS, (queuedEvents + events) / MAX_FLUSHERS));
            for (Iterator<Waiting> waiting = queue.iterator(); waiting.hasNext() && group.size() < MAX_APPENDS; ) {
                Waiting next = waiting.next();
                events += next.events();
                characters += next.append.characters();
                if (events > limit || characters > MAX_CHARACTERS) {
                    break;
                }
                // a second append to a stream stays, and so does everything behind it of that stream
                if (underWay.add(next.stream())) {
                    group.add(next);
                    remove(waiting, next);
                }
            }
            second = nextLeader();
        }
        lead(second);
        return group;
    }

    /**
     * Ends a group and begins the next.
     *
     * @param answered how many callers are about to be answered and may come back
     */
    private void handOver(List<Waiting> group, int answered) {
        Waiting next;
        synchronized (this) {
            group.forEach(each -> underWay.remove(each.stream()));
            flushers--;
            expected = Math.min(MAX_APPENDS, answered + queue.size());
            answeredAt = System.nanoTime();
            next = nextLeader();
        }
        lead(next);
    }
}
