package io.eventsource.subscription;

/** What a subscription is doing. */
public enum SubscriptionState {
    /** It has not been started, or has been stopped. */
    STOPPED,
    /** It is behind the settled head and reads pages of the log. */
    CATCHING_UP,
    /** It has handled everything up to the settled head and waits for more. */
    LIVE,
    /** Its last batch failed and was rolled back; it is repeated after a pause. Nothing is passed over. */
    RETRYING
}
