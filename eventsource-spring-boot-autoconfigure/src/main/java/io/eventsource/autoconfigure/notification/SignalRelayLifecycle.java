package io.eventsource.autoconfigure.notification;

import io.eventsource.autoconfigure.lifecycle.LifecyclePhase;
import io.eventsource.signal.SignalRelay;
import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/** Starts the relay before the subscriptions and stops it after them, so that what they append at the end is told too. */
final class SignalRelayLifecycle implements SmartLifecycle {

    private static final Duration STOP_WITHIN = Duration.ofSeconds(6);

    private final SignalRelay relay;
    private volatile boolean running;

    SignalRelayLifecycle(SignalRelay relay) {
        this.relay = relay;
    }

    @Override
    public void start() {
        relay.start();
        running = true;
    }

    @Override
    public void stop() {
        relay.stop(STOP_WITHIN);
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return LifecyclePhase.BEFORE_SUBSCRIPTIONS.value();
    }
}
