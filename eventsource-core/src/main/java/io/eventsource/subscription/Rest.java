package io.eventsource.subscription;

import java.time.Duration;

/**
 * How long a runner that keeps up with the log lets events gather that come one by one: the longer the more runners keep up, and the
 * longer its batches take. Many that ran after every event would leave nothing of few cores to the appends. Used by one thread.
 */
final class Rest {

    /** After a batch a runner rests for so many times as long as the batches of all others take. */
    private static final long REST_FOR_WORK = 3;

    /** It never rests longer than so many times its linger. */
    private static final long MAX_LINGERS = 20;

    private final long lingerNanos;
    private long begin;
    private long end;
    private boolean backlog;

    /**
     * Starts rested.
     *
     * @param linger the least time from the beginning of one batch to that of the next; with 0 it never rests
     * @param now {@link System#nanoTime()}
     */
    Rest(Duration linger, long now) {
        this.lingerNanos = linger.toNanos();
        this.begin = now - lingerNanos;
        this.end = begin;
    }

    /**
     * A batch was handled.
     *
     * @param newBegin when it began
     * @param newEnd when it ended
     * @param newBacklog whether there is more to handle, so that there is nothing to wait for
     */
    void handled(long newBegin, long newEnd, boolean newBacklog) {
        begin = newBegin;
        end = newEnd;
        backlog = newBacklog;
    }

    /**
     * How long it is still to rest.
     *
     * @param runners how many keep up with the log in this process, this one among them
     * @param now {@link System#nanoTime()}
     * @return nanoseconds, at most 0 when it may go on
     */
    long nanos(int runners, long now) {
        if (backlog) {
            return 0;
        }
        long forOthers = Math.min(MAX_LINGERS * lingerNanos, REST_FOR_WORK * (runners - 1) * (end - begin));
        return Math.max(lingerNanos - (now - begin), forOthers - (now - end));
    }
}
