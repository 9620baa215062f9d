package io.eventsource.subscription;

/** What a subscription is doing. */
public enum SubscriptionState {
    /** Nothing: it was not started, or it was stopped. */
    STOPPED,
    /** Handling events that had been appended before it looked. */
    CATCHING_UP,
    /** Waiting for new events, having handled all that are settled. */
    LIVE,
    /** Repeating a batch that failed, with growing pauses. */
    RETRYING,
    /** Nothing until it is resumed. */
    PAUSED
}
