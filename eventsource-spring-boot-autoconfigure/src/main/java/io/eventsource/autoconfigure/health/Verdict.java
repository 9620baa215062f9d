package io.eventsource.autoconfigure.health;

import org.springframework.boot.health.contributor.Status;

/**
 * How well something is, and why.
 *
 * @param status the status
 * @param reason why, as a clause
 */
record Verdict(Status status, String reason) {

    static final Status DEGRADED = new Status("DEGRADED");

    static Verdict up(String reason) {
        return new Verdict(Status.UP, reason);
    }

    static Verdict degraded(String reason) {
        return new Verdict(DEGRADED, reason);
    }

    static Verdict down(String reason) {
        return new Verdict(Status.DOWN, reason);
    }

    static Verdict unknown(String reason) {
        return new Verdict(Status.UNKNOWN, reason);
    }
}
