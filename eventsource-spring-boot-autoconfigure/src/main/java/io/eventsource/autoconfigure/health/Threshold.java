package io.eventsource.autoconfigure.health;

/**
 * From when on a number is not healthy any more.
 *
 * @param degraded from when on it is degraded, 0 for never
 * @param down from when on it is down, 0 for never
 */
record Threshold(long degraded, long down) {

    boolean isDown(long value) {
        return down > 0 && value >= down;
    }

    boolean isDegraded(long value) {
        return degraded > 0 && value >= degraded;
    }
}
