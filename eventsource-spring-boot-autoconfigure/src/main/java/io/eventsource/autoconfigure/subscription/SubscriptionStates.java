package io.eventsource.autoconfigure.subscription;

import io.eventsource.subscription.SubscriptionStatus;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers what each subscription is doing, for the observation of its handlers. */
final class SubscriptionStates {

    private final Map<String, String> states = new ConcurrentHashMap<>();

    void stateChanged(String name, SubscriptionStatus.State to) {
        states.put(name, to.name().toLowerCase(Locale.ROOT));
    }

    String of(String subscription) {
        return states.getOrDefault(subscription, "unknown");
    }
}
