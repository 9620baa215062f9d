package io.eventsource.brokers.redis;

import java.time.Duration;

/**
 * How a consumer group reads a stream.
 *
 * @param group the consumer group's name
 * @param consumerName names this process among the group's consumers, and no other at the same time, such as the host's name and a
 *     number; one that keeps its name finds at its next start what it had begun
 * @param maxPendingTime after which what another consumer has begun and not acknowledged is taken over
 * @param timeout how long to wait for the server's answer
 */
public record RedisFeedSettings(String group, String consumerName, Duration maxPendingTime, Duration timeout) {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming what is out of bounds
     */
    public RedisFeedSettings {
        requireText("group", group);
        requireText("consumer-name", consumerName);
        requirePositive("max-pending-time", maxPendingTime);
        requirePositive("timeout", timeout);
    }

    private static void requireText(String name, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(name + " must not be blank");
        }
    }

    private static void requirePositive(String name, Duration value) {
        if (value.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("%s must be 1 ms or more, but it is %s".formatted(name, value));
        }
    }

    /**
     * What an application has that sets nothing but the names.
     *
     * @param group the consumer group's name
     * @param consumerName names this process among the group's consumers
     * @return the settings
     */
    public static RedisFeedSettings named(String group, String consumerName) {
        return new RedisFeedSettings(group, consumerName, Duration.ofSeconds(60), Duration.ofSeconds(5));
    }
}
