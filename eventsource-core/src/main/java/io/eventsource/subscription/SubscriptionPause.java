package io.eventsource.subscription;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * That a subscription is to handle nothing, in any instance, until somebody resumes it.
 *
 * @param since since when, by the database's clock
 * @param by who has said so
 * @param reason why, or null when nobody has said
 */
public record SubscriptionPause(Instant since, String by, @Nullable String reason) {}
