package io.eventsource.signal;

import io.eventsource.schema.EventSourceSchema;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.util.backoff.BackOff;
import org.springframework.util.backoff.BackOffExecution;

/**
 * Tells other processes of this one's commits, however many they are by one notification per interval: the first at once,
 * the following ones together. Its connection is opened when there is something to tell.
 */
final class SignalSender {

    static final String APPLICATION_NAME = "eventsource-notifier";

    /** What follows the id of the process where it is not about events but about segments. */
    static final String ANNOUNCEMENT = " segments";

    private final DedicatedConnections connections;
    private final EventSourceSchema schema;
    private final Duration interval;
    private final String instance;
    private final BackOff backOff;
    private final SignalRelayState state;
    private final AtomicBoolean requested = new AtomicBoolean();
    private final AtomicBoolean announced = new AtomicBoolean();
    private final Semaphore requests = new Semaphore(0);

    /** Only the sender's thread uses it. */
    private @Nullable SignalSession session;

    SignalSender(
            DedicatedConnections connections,
            EventSourceSchema schema,
            Duration interval,
            String instance,
            BackOff backOff,
            SignalRelayState state) {
        this.connections = connections;
        this.schema = schema;
        this.interval = interval;
        this.instance = instance;
        this.backOff = backOff;
        this.state = state;
    }

    /** Has a notification sent. Returns at once: it is called by whoever has committed. */
    void request() {
        request(requested);
    }

    /** Has others told that segments have changed. Returns at once. */
    void announce() {
        request(announced);
    }

    private void request(AtomicBoolean what) {
        if (!what.get() && what.compareAndSet(false, true)) {
            requests.release();
        }
    }

    /** Ends the wait for a request. */
    void wake() {
        requests.release();
    }

    void run(CountDownLatch stop) throws InterruptedException {
        try {
            while (stop.getCount() > 0) {
                requests.acquire();
                if (sendRequested(stop)) {
                    stop.await(interval.toNanos(), TimeUnit.NANOSECONDS);
                }
            }
            sendRequested(stop);
        } finally {
            close();
        }
    }

    private boolean sendRequested(CountDownLatch stop) throws InterruptedException {
        boolean commits = requested.getAndSet(false);
        if (commits) {
            send(instance, stop);
        }
        boolean segments = announced.getAndSet(false);
        if (segments) {
            send(instance + ANNOUNCEMENT, stop);
        }
        return commits || segments;
    }

    /** Sends until it has gone well; what is requested meanwhile is covered by it. */
    private void send(String payload, CountDownLatch stop) throws InterruptedException {
        BackOffExecution pauses = backOff.start();
        while (true) {
            try {
                SignalSession open =
                        session == null ? SignalSession.open(connections, schema, APPLICATION_NAME) : session;
                session = open;
                open.send(payload);
                state.sent();
                return;
            } catch (SQLException | RuntimeException | Error failure) {
                state.notSent(failure);
                close();
                if (stop.await(pauses.nextBackOff(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        }
    }

    private void close() {
        SignalSession open = session;
        session = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException failure) {
                state.notClosed(failure);
            }
        }
    }
}
