package io.eventsource.store;

import io.eventsource.failure.FailureText;
import io.eventsource.store.AppendQueue.Turn;
import io.eventsource.store.AppendQueue.Waiting;
import java.util.List;
import java.util.Map;
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
final class GroupCommit {

    /**
     * Events of an append that shares a commit at most. A larger one runs on its own: it costs several times what its
     * commit does, a group does all of it on one core of the server, and everybody in the group would wait for it.
     */
    static final int MAX_SHARED_EVENTS = 50;

    /** How long a flusher waits for company at most, well below what a commit takes. */
    private static final long MOMENT_NANOS = 200_000;

    /** Appends that may wait; further callers wait for a place among them. */
    static final int MAX_WAITING = 10_000;

    /** How appends reach the database. */
    interface Port {

        /** Runs a group in one commit, waiting for nobody; null for a member that has to run on its own. */
        List<@Nullable AppendOutcome> appendGroup(List<EncodedAppend> group);

        /** Runs one append in a commit of its own, waiting for its stream. */
        AppendOutcome appendAlone(EncodedAppend append);
    }

    private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);

    private final Port port;
    private final Executor executor;
    private final Semaphore places = new Semaphore(MAX_WAITING);
    private final AppendQueue queue = new AppendQueue();

    GroupCommit(Port port, Executor executor) {
        this.port = port;
        this.executor = executor;
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
        return append.rows().size() > MAX_SHARED_EVENTS || append.characters() > AppendQueue.MAX_CHARACTERS;
    }

    /** Queues up, and begins a group when it is time. */
    private void enqueue(Waiting waiting) {
        lead(queue.add(waiting));
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
        Map<Waiting, AppendOutcome> lost = queue.takeLost(group, outcomes);
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
        if (!queue.beginCollecting(leader)) {
            return;
        }
        boolean interrupted = false;
        long deadline = System.nanoTime() + MOMENT_NANOS;
        for (long left = MOMENT_NANOS; left > 0 && !queue.complete(leader); left = deadline - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
            interrupted |= Thread.interrupted();
        }
        queue.endCollecting();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes the group of a leader, and lets the next begin beside it when there is enough for two. */
    private List<Waiting> takeGroup(Waiting leader) {
        List<Waiting> group = queue.takeGroup(leader);
        lead(queue.nextLeader());
        return group;
    }

    /**
     * Ends a group and begins the next.
     *
     * @param answered how many callers are about to be answered and may come back
     */
    private void handOver(List<Waiting> group, int answered) {
        lead(queue.end(group, answered));
    }
}
