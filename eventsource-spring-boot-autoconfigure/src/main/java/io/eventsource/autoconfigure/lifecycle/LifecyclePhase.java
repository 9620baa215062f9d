package io.eventsource.autoconfigure.lifecycle;

import org.springframework.context.SmartLifecycle;

/** In which order what the library runs is started, from first to last; it is stopped the other way round. */
public enum LifecyclePhase {

    /** Tells and hears of commits before subscriptions run and after they have stopped, so that what they append at the end is told too. */
    BEFORE_SUBSCRIPTIONS(SmartLifecycle.DEFAULT_PHASE - 4097),

    /** Below the web server's graceful shutdown, and above everything without a phase of its own. */
    SUBSCRIPTIONS(SmartLifecycle.DEFAULT_PHASE - 4096),

    /** What works on that which subscriptions leave: dead letters, rows of the outbox, counts. */
    AFTER_SUBSCRIPTIONS(SmartLifecycle.DEFAULT_PHASE - 4095),

    /** When all else has started: reports, and the handler of signals. */
    LAST(SmartLifecycle.DEFAULT_PHASE);

    private final int value;

    LifecyclePhase(int value) {
        this.value = value;
    }

    /**
     * The phase as Spring counts.
     *
     * @return the number
     */
    public int value() {
        return value;
    }
}
