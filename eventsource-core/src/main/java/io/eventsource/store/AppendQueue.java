package io.eventsource.store;

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
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The appends that wait for a group, and the groups that are under way: who runs in which. Thread-safe. */
final class AppendQueue {

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

    /** Characters of payload in a group at most; a larger append runs on its own. */
    static final long MAX_CHARACTERS = 4L * 1024 * 1024;

    /** Callers that were answered longer ago than this are not expected back. */
    private static final long RECENT_NANOS = 1_000_000;

    /** Groups without a moment after one that brought nobody, at most. */
    private static final int MAX_IMPATIENCE = 64;

    /** What a waiting append is told. */
    enum Turn {
        WAIT,
        FLUSH,
        ALONE,
        DONE
    }

    /** An append in the queue: of a thread that waits for it, or of nobody in particular. */
    static final class Waiting {
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
    private int queuedBefore;

    /** Queues up; answers who begins a group now, if anybody does. */
    synchronized @Nullable Waiting add(Waiting waiting) {
        queue.add(waiting);
        queuedEvents += waiting.events();
        if (collecting != null) {
            if (complete(collecting)) {
                LockSupport.unpark(collecting.flusher);
            }
            return null;
        }
        return nextLeader();
    }

    /** Takes the one out of the queue that begins a group now, if any does. */
    synchronized @Nullable Waiting nextLeader() {
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

    /** Whether a flusher is to wait a moment for those who were just answered. */
    synchronized boolean beginCollecting(Waiting leader) {
        if (collecting != null || complete(leader) || System.nanoTime() - answeredAt > RECENT_NANOS) {
            return false;
        }
        if (impatientGroups > 0) {
            impatientGroups--;
            return false;
        }
        leader.flusher = Thread.currentThread();
        collecting = leader;
        queuedBefore = queue.size();
        return true;
    }

    synchronized void endCollecting() {
        collecting = null;
        impatience = queue.size() > queuedBefore ? 0 : Math.min(MAX_IMPATIENCE, 2 * impatience + 1);
        impatientGroups = impatience;
    }

    /** Whether nobody further is expected, or enough has come for a group. */
    synchronized boolean complete(Waiting leader) {
        return queue.size() + 1 >= expected || queuedEvents + leader.events() >= ENOUGH_EVENTS;
    }

    /**
     * Takes those out of the queue that wait for a version which a member of the group has just moved past. An append with
     * an id of its caller's is not among them: it may be a duplicate.
     */
    synchronized Map<Waiting, AppendOutcome> takeLost(List<Waiting> group, List<@Nullable AppendOutcome> outcomes) {
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
    synchronized List<Waiting> takeGroup(Waiting leader) {
        List<Waiting> group = new ArrayList<>();
        group.add(leader);
        int events = leader.events();
        long characters = leader.append.characters();
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
        return group;
    }

    /**
     * Ends a group; answers who begins the next, if anybody does.
     *
     * @param answered how many callers are about to be answered and may come back
     */
    synchronized @Nullable Waiting end(List<Waiting> group, int answered) {
        group.forEach(each -> underWay.remove(each.stream()));
        flushers--;
        expected = Math.min(MAX_APPENDS, answered + queue.size());
        answeredAt = System.nanoTime();
        return nextLeader();
    }
}
