package io.eventsource.subscription;

import java.time.Duration;

/**
 * How long a runner that keeps up with the log lets events gather that come one by one: the longer the more runners keep up, and the
 * longer its batches take. Many that ran after every event would leave nothing of few cores to the appends. Used by one thread.
 */
final class Rest {

    /** All runners that keep up are together at work for one part in so many of the time, one at work and so many at rest. */
    private static final long REST_FOR_WORK = 3;

    /** It never rests longer than so many times its linger. */
    private static final long MAX_LINGERS = 20;

    private final long lingerNanos;
    private long end;
    private long nanos;
    private boolean backlog;

    /**
     * Starts rested.
     *
     * @param linger the least time from one batch to the next; with 0 it never rests
     * @param now {@link System#nanoTime()}
     */
    Rest(Duration linger, long now) {
        this.lingerNanos = linger.toNanos();
        this.end = now - lingerNanos;
    }

    /**
     * A batch was handled.
     *
     * @param begin when it began
     * @param newEnd when it ended
     * @param newBacklog whether there is more to handle, so that there is nothing to wait for
     */
    void handled(long begin, long newEnd, boolean newBacklog) {
        nanos = newEnd - begin;
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
        long work = REST_FOR_WORK * runners * nanos;
        return Math.max(lingerNanos, Math.min(MAX_LINGERS * lingerNanos, work)) - (now - end);
    }
}
