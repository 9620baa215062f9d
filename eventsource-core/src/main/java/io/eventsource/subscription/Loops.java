package io.eventsource.subscription;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads that run until they are stopped, one for each key. One that a stop has given up on may still be alive; the next one of
 * its key begins when it has ended. Thread-safe.
 */
final class Loops<K> {

    private static final Logger log = LoggerFactory.getLogger(Loops.class);

    private final ThreadFactory threads;
    private final Map<K, Running> running = new LinkedHashMap<>();

    /** The last thread that each key was given. */
    private final Map<K, Thread> launched = new HashMap<>();

    private record Running(Thread thread, StopSignal stop) {}

    /** What a thread does until it is stopped. */
    interface Loop {
        void run(StopSignal stop) throws InterruptedException;
    }

    Loops(ThreadFactory threads) {
        this.threads = threads;
    }

    /** Starts a thread for a key. One of that key that is still running is told to stop, and waited for. */
    synchronized void start(K key, String threadName, Loop loop) {
        raise(key);
        StopSignal stop = new StopSignal();
        Thread former = launched.get(key);
        Thread thread = threads.newThread(() -> {
            awaitEnd(former);
            try {
                // also when it has been stopped meanwhile: what it has to end must be ended
                loop.run(stop);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            } finally {
                ended(key, stop);
            }
        });
        thread.setName("eventsource-" + threadName);
        // first, since there may be no thread to be had
        thread.start();
        running.put(key, new Running(thread, stop));
        launched.put(key, thread);
    }

    private synchronized void ended(K key, StopSignal stop) {
        Running current = running.get(key);
        if (current != null && current.stop() == stop) {
            running.remove(key);
        }
        launched.remove(key, Thread.currentThread());
    }

    synchronized Set<K> running() {
        return Set.copyOf(running.keySet());
    }

    /** Has a thread stop, without waiting for it. */
    synchronized void raise(K key) {
        Running current = running.get(key);
        if (current != null) {
            current.stop().raise();
        }
    }

    /**
     * Stops threads and waits for them; those that take longer are interrupted and given up on.
     *
     * @param wake ends the waits of the loops once their stops are raised
     * @return whether all ended in time
     */
    boolean end(Collection<K> keys, Runnable wake, Duration timeout) {
        return end(keys, wake, timeout, () -> Duration.ZERO);
    }

    /**
     * As {@link #end(Collection, Runnable, Duration)}, and waits for those that were interrupted.
     *
     * @param grace called when there are some, says how long to wait for them
     */
    boolean end(Collection<K> keys, Runnable wake, Duration timeout, Supplier<Duration> grace) {
        List<Running> ending = new ArrayList<>();
        synchronized (this) {
            for (K key : keys) {
                Running each = running.remove(key);
                if (each != null) {
                    each.stop().raise();
                    ending.add(each);
                }
            }
        }
        wake.run();
        boolean finished = join(ending, System.nanoTime() + timeout.toNanos(), timeout);
        if (!finished) {
            joinInterrupted(ending, System.nanoTime() + grace.get().toNanos());
        }
        return finished;
    }

    private static void joinInterrupted(List<Running> ending, long deadline) {
        try {
            for (Running each : ending) {
                long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
                if (left > 0) {
                    each.thread().join(left);
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean join(List<Running> ending, long deadline, Duration timeout) {
        boolean finished = true;
        try {
            for (Running each : ending) {
                // 0 would wait for ever
                each.thread()
                        .join(Math.max(
                                1,
                                Duration.ofNanos(deadline - System.nanoTime()).toMillis()));
                if (each.thread().isAlive()) {
                    log.warn(
                            "{} did not finish within {}, interrupting it",
                            each.thread().getName(),
                            timeout);
                    each.thread().interrupt();
                    finished = false;
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            ending.forEach(each -> each.thread().interrupt());
            finished = false;
        }
        return finished;
    }

    /** Two threads on one key would do everything twice. */
    private static void awaitEnd(@Nullable Thread former) {
        boolean interrupted = false;
        while (former != null && former.isAlive()) {
            try {
                former.join();
            } catch (InterruptedException stopped) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
