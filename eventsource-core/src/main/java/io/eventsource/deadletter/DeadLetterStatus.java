package io.eventsource.deadletter;

import java.util.Locale;

/** What has become of a dead letter. */
public enum DeadLetterStatus {

    /** It failed, and waits for somebody, or for its next attempt where that is set. */
    FAILED,

    /** It has not been tried: it waits behind an earlier entry of its aggregate. */
    WAITING,

    /** It is to be handled again: somebody has asked for it, or the entry before it is closed. */
    RETRYING,

    /** It was handled, or somebody has mended its effect by hand. */
    RESOLVED,

    /** Somebody has decided that it is not to be handled. */
    DISCARDED;

    /**
     * Whether it is still to be handled.
     *
     * @return whether it is neither resolved nor discarded
     */
    public boolean open() {
        return this != RESOLVED && this != DISCARDED;
    }

    String stored() {
        return name().toLowerCase(Locale.ROOT);
    }

    static DeadLetterStatus of(String stored) {
        return valueOf(stored.toUpperCase(Locale.ROOT));
    }
}
