package io.eventsource.subscription;

/** Hears what becomes of subscriptions: that one catches up, is live, fails, is paused or has stopped. */
@FunctionalInterface
public interface SubscriptionListener {

    /**
     * A subscription is in another state. Called in the subscription's thread, outside a transaction, in the order of the changes;
     * what this throws is logged and otherwise without effect.
     *
     * @param name the subscription
     * @param from the state it was in
     * @param to the state it is in
     */
    void stateChanged(String name, SubscriptionStatus.State from, SubscriptionStatus.State to);
}
