package io.eventsource.brokers.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a server says of itself that matters for streams.
 *
 * @param version its version, such as 6.2.11
 * @param maxmemoryPolicy what it does when its memory is full
 */
record RedisServerInfo(String version, String maxmemoryPolicy) {

    private static final Pattern FIELD = Pattern.compile("(?m)^([a-z_]+):(.*?)\\r?$");
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)");
    private static final int MAJOR = 6;
    private static final int MINOR = 2;

    /** Reads the answer to INFO. */
    static RedisServerInfo of(String info) {
        Map<String, String> fields = FIELD.matcher(info)
                .results()
                .collect(Collectors.toMap(field -> field.group(1), field -> field.group(2), (first, second) -> first));
        return new RedisServerInfo(
                fields.getOrDefault("redis_version", ""), fields.getOrDefault("maxmemory_policy", "noeviction"));
    }

    static RedisServerInfo of(RedisConnection redis, Duration timeout) throws InterruptedException {
        return of(RedisConnection.await(redis.commands().info("server"), timeout)
                + "\n"
                + RedisConnection.await(redis.commands().info("memory"), timeout));
    }

    /**
     * Refuses a server that lacks XAUTOCLAIM and trimming by id.
     *
     * @throws UnsuitableRedisException when it is older than 6.2
     */
    void requireSupported() {
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.lookingAt()) {
            return;
        }
        int major = Integer.parseInt(matcher.group(1));
        int minor = Integer.parseInt(matcher.group(2));
        if (major < MAJOR || (major == MAJOR && minor < MINOR)) {
            throw new UnsuitableRedisException(
                    "Redis is version %s, but 6.2 or later is needed: XAUTOCLAIM, and XTRIM by id. Update the server."
                            .formatted(version));
        }
    }

    /** What an operator should change, in words; empty when all is well. */
    List<String> warnings() {
        return maxmemoryPolicy.startsWith("allkeys-")
                ? List.of(
                        "Redis has maxmemory-policy %s, so that it removes whole streams when its memory is full, with messages that nobody has read. Set it to noeviction."
                                .formatted(maxmemoryPolicy))
                : List.of();
    }
}
