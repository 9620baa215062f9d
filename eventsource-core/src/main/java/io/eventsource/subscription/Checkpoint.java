package io.eventsource.subscription;

/**
 * How far a segment of a subscription is.
 *
 * @param position the position up to which everything is handled
 * @param epoch raised whenever the position is set by anything but progress
 */
record Checkpoint(long position, long epoch) {

    static final Checkpoint BEGINNING = new Checkpoint(0, 0);

    Checkpoint at(long newPosition) {
        return new Checkpoint(newPosition, epoch);
    }
}
