package io.eventsource.signal;

import io.eventsource.schema.EventSourceSchema;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * Carries the signal between processes by PostgreSQL's notifications, so that events are read at once where another process
 * has appended them. What it carries is a hint: a notification that is lost costs the poll interval, never an event.
 *
 * <p>Notifications are sent outside the transactions that append, since a transaction with one in it holds a lock of the whole
 * database while it commits. They name the process, which ignores its own, and say nothing about the events.
 *
 * <p>Keeps at most two connections: one that listens, with a heartbeat to itself, and one that sends, opened at the first
 * commit of this process. Each has a thread that survives every failure, with growing pauses. Thread-safe.
 */
public final class SignalRelay {

    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;

    private final DedicatedConnections connections;
    private final EventSourceSchema schema;
    private final LogSignal signal;
    private final Settings settings;
    private final String instance;
    private final ThreadFactory threads;
    private final SignalRelayState state;
    private final List<Thread> running = new ArrayList<>();
    private CountDownLatch stop = new CountDownLatch(0);
    private Runnable wakeSender = () -> {};

    /**
     * Creates a relay. Nothing is started and no connection is opened.
     *
     * @param connections opens its connections
     * @param schema the schema whose log it is about; processes with other schemas are not heard
     * @param signal raised by this process's commits, and woken by those of others
     * @param settings how to listen and notify
     * @param instance tells this process from all others
     * @param threads makes its two threads
     * @param clock stamps the status
     */
    public SignalRelay(
            DedicatedConnections connections,
            EventSourceSchema schema,
            LogSignal signal,
            Settings settings,
            UUID instance,
            ThreadFactory threads,
            Clock clock) {
        this.connections = connections;
        this.schema = schema;
        this.signal = signal;
        this.settings = settings;
        this.instance = instance.toString();
        this.threads = threads;
        this.state = new SignalRelayState(settings.listen(), clock);
    }

    /** Starts. Returns at once; a database that is out of reach is waited for. Does nothing when started. */
    public synchronized void start() {
        if (stop.getCount() > 0) {
            return;
        }
        CountDownLatch newStop = new CountDownLatch(1);
        stop = newStop;
        state.started(true);
        SignalSender sender =
                new SignalSender(connections, schema, settings.notifyInterval(), instance, pauses(), state);
        wakeSender = sender::wake;
        signal.relayTo(sender::request, sender::announce);
        launch(SignalSender.APPLICATION_NAME, () -> sender.run(newStop));
        if (settings.listen()) {
            SignalListener listener =
                    new SignalListener(connections, schema, signal, settings.heartbeat(), instance, pauses(), state);
            launch(SignalListener.APPLICATION_NAME, () -> listener.run(newStop));
        }
    }

    private static ExponentialBackOff pauses() {
        ExponentialBackOff pauses = new ExponentialBackOff(FIRST_PAUSE_MILLIS, 2);
        pauses.setMaxInterval(LONGEST_PAUSE_MILLIS);
        pauses.setJitter(FIRST_PAUSE_MILLIS / 2);
        return pauses;
    }

    private void launch(String name, Interruptible body) {
        Thread thread = threads.newThread(() -> {
            try {
                body.run();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        thread.setName(name);
        running.add(thread);
        thread.start();
    }

    /** What a thread of this relay does until it is stopped. */
    private interface Interruptible {
        void run() throws InterruptedException;
    }

    /**
     * Stops, and closes both connections. A commit of this process that nobody has been told of yet is told first. Does nothing
     * when not started.
     *
     * @param timeout how long to wait for a server that does not answer
     * @return whether everything had ended in time
     */
    public synchronized boolean stop(Duration timeout) {
        signal.relayToNobody();
        stop.countDown();
        wakeSender.run();
        boolean ended = true;
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            for (Thread thread : running) {
                // 0 would wait for ever
                thread.join(Math.max(
                        1, Duration.ofNanos(deadline - System.nanoTime()).toMillis()));
                if (thread.isAlive()) {
                    thread.interrupt();
                    ended = false;
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            ended = false;
        }
        running.clear();
        signal.hearingOthers(false);
        state.started(false);
        return ended;
    }

    /**
     * Whether it works.
     *
     * @return what is known without asking the server
     */
    public Status status() {
        return state.status();
    }

    /**
     * How the signal is carried between processes.
     *
     * @param listen whether this process wants to hear of others' commits; one that only appends need not
     * @param notifyInterval how long after a notification the next one is sent at the earliest, 1 ms to 1 minute
     * @param heartbeat how often the listener notifies itself, 10 ms to 1 hour; when it has not heard itself for three such
     *     intervals, it connects anew
     */
    public record Settings(boolean listen, Duration notifyInterval, Duration heartbeat) {

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException naming the property that is out of bounds
         */
        public Settings {
            requireBetween("interval", notifyInterval, Duration.ofMillis(1), Duration.ofMinutes(1));
            requireBetween("heartbeat", heartbeat, Duration.ofMillis(10), Duration.ofHours(1));
        }

        private static void requireBetween(String property, Duration value, Duration least, Duration most) {
            if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
                throw new IllegalArgumentException("eventsource.notifications.%s must be %s to %s, but it is %s"
                        .formatted(property, least, most, value));
            }
        }
    }

    /**
     * Whether commits are heard of between processes at once. Where they are not, polling finds the events: later, but all.
     *
     * @param listening whether this process is to hear of others' commits, and has been started
     * @param connected whether it hears itself, and so others
     * @param since since when it is so
     * @param sending whether the last attempt to tell others went well
     * @param lastFailure what went wrong last, since the start, in listening or sending; null when nothing did
     * @param lastFailureAt when that was
     */
    public record Status(
            boolean listening,
            boolean connected,
            Instant since,
            boolean sending,
            @Nullable Throwable lastFailure,
            @Nullable Instant lastFailureAt) {}
}
