package io.eventsource.autoconfigure.subscription;

import io.eventsource.subscription.SubscriptionListener;
import io.eventsource.subscription.SubscriptionState;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers what each subscription is doing, for the observation of its handlers. */
final class SubscriptionStates implements SubscriptionListener {

    private final Map<String, String> states = new ConcurrentHashMap<>();

    @Override
    public void stateChanged(String name, SubscriptionState from, SubscriptionState to) {
        states.put(name, to.name().toLowerCase(Locale.ROOT));
    }

    String of(String subscription) {
        return states.getOrDefault(subscription, "unknown");
    }
}
