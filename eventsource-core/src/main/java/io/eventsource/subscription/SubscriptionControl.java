package io.eventsource.subscription;

import org.jspecify.annotations.Nullable;

/**
 * What has been said of a subscription to all instances.
 *
 * @param changes how often something has been said; a lower number is older news
 * @param pause that it is to handle nothing, or null
 */
record SubscriptionControl(long changes, SubscriptionStatus.@Nullable Pause pause) {

    /** Nobody has said anything. */
    static final SubscriptionControl NONE = new SubscriptionControl(0, null);
}
