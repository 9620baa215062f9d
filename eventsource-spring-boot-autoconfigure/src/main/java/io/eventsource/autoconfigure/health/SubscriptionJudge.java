package io.eventsource.autoconfigure.health;

/** Judges how well a subscription is: the one judgement that health, and whoever shows subscriptions, go by. Thread-safe. */
@FunctionalInterface
public interface SubscriptionJudge {

    /**
     * Judges one.
     *
     * @param name its name
     * @return how well it is, and why
     * @throws java.util.NoSuchElementException when there is none of that name
     */
    Judgement judge(String name);

    /**
     * How well a subscription is.
     *
     * @param status {@code UP}, {@code DEGRADED}, {@code DOWN} or {@code UNKNOWN}
     * @param reason why, as a clause
     */
    record Judgement(String status, String reason) {}
}
