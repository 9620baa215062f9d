package io.eventsource.subscription;

import java.time.Instant;

/**
 * What keeps a subscription from going on.
 *
 * @param since when it failed first
 * @param reason where it stands, how it failed last and what is done about it, in words. They hold no data of events or rows, so that they can be
 *     shown to whoever may see the state of the application
 */
public record SubscriptionFault(Instant since, String reason) {}
