package io.eventsource.subscription;

import java.util.List;

/** What a subscription is doing in this process; where its segments do different things, what needs attention most. */
public enum SubscriptionState {
    /** Nothing: it was not started, or it was stopped. */
    STOPPED,
    /** Handling events that had been appended before it looked, or about to look. */
    CATCHING_UP,
    /** Waiting for new events, having handled all that are settled. */
    LIVE,
    /** Repeating a batch that failed, or waiting until the head of the log can be read again, with growing pauses. */
    RETRYING,
    /** Waiting for something that every event needs and that is away, such as a database, before it tries again. */
    CIRCUIT_OPEN,
    /** Stopped at an event that cannot be handled, until it is resumed. */
    HALTED,
    /** Nothing until it is resumed. */
    PAUSED,
    /** Nothing at the moment, because running instances elsewhere own all of its segments. */
    STANDBY;

    /** Those of runners, the one that needs attention most first. */
    static final List<SubscriptionState> BY_URGENCY =
            List.of(HALTED, CIRCUIT_OPEN, RETRYING, PAUSED, CATCHING_UP, LIVE);
}
