package io.eventsource.log;

/**
 * The sequence of positions is behind the log: it was set back, or an event was put beyond it. What is appended now gets positions
 * that subscriptions have passed.
 *
 * @param lastDrawn the last position that the sequence has handed out
 * @param highest a position that has an event
 */
public record SequenceBehind(long lastDrawn, long highest) {}
