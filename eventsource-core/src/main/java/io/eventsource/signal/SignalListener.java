package io.eventsource.signal;

import io.eventsource.schema.EventSourceSchema;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.util.backoff.BackOff;
import org.springframework.util.backoff.BackOffExecution;

/**
 * Hears of other processes' commits. It counts as connected when it hears its own heartbeat, and connects anew when it
 * does not: a socket may be dead, or a pooler may have given the server's session to somebody else.
 */
final class SignalListener {

    static final String APPLICATION_NAME = "eventsource-listener";

    /** What follows the id of the process in a heartbeat, which says nothing about the log. */
    private static final String HEARTBEAT = " heartbeat";

    private static final int INTERVALS_WITHOUT_HEARTBEAT = 3;

    /** How long a stop may wait for the driver, which cannot be interrupted. */
    private static final int LONGEST_WAIT_MILLIS = 250;

    private final DedicatedConnections connections;
    private final EventSourceSchema schema;
    private final LogSignal signal;
    private final Duration heartbeat;
    private final String instance;
    private final BackOff backOff;
    private final SignalRelayState state;

    SignalListener(
            DedicatedConnections connections,
            EventSourceSchema schema,
            LogSignal signal,
            Duration heartbeat,
            String instance,
            BackOff backOff,
            SignalRelayState state) {
        this.connections = connections;
        this.schema = schema;
        this.signal = signal;
        this.heartbeat = heartbeat;
        this.instance = instance;
        this.backOff = backOff;
        this.state = state;
    }

    void run(CountDownLatch stop) throws InterruptedException {
        BackOffExecution pauses = backOff.start();
        while (stop.getCount() > 0) {
            try {
                listen(stop);
            } catch (SQLException | RuntimeException | Error failure) {
                // an error too: a thread that ended here would leave polling only, and nobody would know
                if (state.connected()) {
                    pauses = backOff.start();
                }
                lost(failure);
                stop.await(pauses.nextBackOff(), TimeUnit.MILLISECONDS);
            }
        }
    }

    private void lost(Throwable failure) {
        signal.hearingOthers(false);
        state.lost(failure);
        // from here on the reader polls more often while there is something to find
        signal.wake();
    }

    private void listen(CountDownLatch stop) throws SQLException {
        try (SignalSession session = SignalSession.open(connections, schema, APPLICATION_NAME)) {
            session.listen();
            // for what was committed and announced while nobody listened
            signal.wake();
            signal.announced();
            follow(session, stop);
        }
    }

    private void follow(SignalSession session, CountDownLatch stop) throws SQLException {
        long heard = System.nanoTime();
        long sent = heard - heartbeat.toNanos();
        int wait = (int) Math.min(LONGEST_WAIT_MILLIS, heartbeat.toMillis());
        while (stop.getCount() > 0) {
            long now = System.nanoTime();
            if (now - heard > heartbeat.toNanos() * INTERVALS_WITHOUT_HEARTBEAT) {
                session.discard();
                throw new SQLException(
                        "No notification of its own has come back for %d heartbeats of %s. Notifications need a session of the server that is not shared: behind PgBouncer in transaction mode set eventsource.pool.pooler=transaction, and eventsource.notifications.url to the server's own address."
                                .formatted(INTERVALS_WITHOUT_HEARTBEAT, heartbeat));
            }
            if (now - sent >= heartbeat.toNanos()) {
                session.send(instance + HEARTBEAT);
                sent = now;
            }
            for (String payload : session.receive(wait)) {
                if (payload.startsWith(instance)) {
                    heard = System.nanoTime();
                    hearing();
                } else if (payload.endsWith(SignalSender.ANNOUNCEMENT)) {
                    signal.announced();
                } else if (!payload.endsWith(HEARTBEAT)) {
                    signal.wake();
                }
            }
        }
    }

    private void hearing() {
        signal.hearingOthers(true);
        state.hearing();
    }
}
