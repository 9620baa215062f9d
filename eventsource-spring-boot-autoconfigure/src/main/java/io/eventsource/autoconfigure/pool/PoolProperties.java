package io.eventsource.autoconfigure.pool;

import io.eventsource.autoconfigure.pool.PoolerCheck.PoolerMode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What Boot's connection pool gets for what spring.datasource.hikari does not say.
 *
 * @param enabled Whether the pool gets anything from here.
 * @param preset Sizes that belong together, for those that are not set themselves.
 * @param size How many connections are kept open. 10, with the preset light 3, with heavy 20.
 * @param overflow How many more are opened when all are busy. 15, with the preset light 5, with heavy 30.
 * @param connection How long connections are waited for and kept.
 * @param session What holds for the sessions that connections have on the server.
 * @param pooler What stands between the pool and PostgreSQL.
 * @param instances How many instances of the application run at the same time, at most.
 */
@ConfigurationProperties("eventsource.pool")
public record PoolProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("medium") PoolPreset preset,
        @Nullable Integer size,
        @Nullable Integer overflow,
        @DefaultValue Connection connection,
        @DefaultValue Session session,
        @DefaultValue("none") PoolerMode pooler,
        @DefaultValue("1") int instances) {

    /** Checks the bounds, where the pool would silently take something else. */
    public PoolProperties {
        PoolBounds.count("size", size, 1);
        PoolBounds.count("overflow", overflow, 0);
        PoolBounds.count("instances", instances, 1);
    }

    /** How many connections are kept open. */
    int minimum() {
        return size == null ? preset.size : size;
    }

    /** How many there may be. */
    int maximum() {
        return minimum() + (overflow == null ? preset.overflow : overflow);
    }

    /**
     * How long connections are waited for and kept.
     *
     * @param timeout How long a caller waits for a connection.
     * @param maxLifetime How old a connection gets before it is replaced. 0 for any age.
     * @param idleTimeout How long a connection beyond the size may be idle before it is closed. 0 for ever.
     */
    public record Connection(
            @DefaultValue("30s") Duration timeout,
            @DefaultValue("30m") Duration maxLifetime,
            @DefaultValue("10m") Duration idleTimeout) {

        /** Checks the bounds. */
        public Connection {
            PoolBounds.time("connection.timeout", timeout, Duration.ofMillis(250));
            PoolBounds.timeOrNone("connection.max-lifetime", maxLifetime, Duration.ofSeconds(30));
            PoolBounds.timeOrNone("connection.idle-timeout", idleTimeout, Duration.ofSeconds(10));
        }
    }

    /**
     * What holds for the sessions that connections have on the server.
     *
     * @param statementTimeout How long a statement may run before the server cancels it. 0 for as long as it takes.
     * @param applicationName What the server shows as the connections' application.
     */
    public record Session(@DefaultValue("30s") Duration statementTimeout, @Nullable String applicationName) {

        /** Checks the bounds. */
        public Session {
            PoolBounds.timeOrNone("session.statement-timeout", statementTimeout, Duration.ofMillis(1));
            PoolBounds.name("session.application-name", applicationName);
        }
    }

    /** Sizes of a pool that belong together. */
    public enum PoolPreset {
        /** 3 connections and 5 more when these are busy: few requests, few projections. */
        LIGHT(3, 5),
        /** 10 connections and 15 more. */
        MEDIUM(10, 15),
        /** 20 connections and 30 more: many requests at the same time, many projections. */
        HEAVY(20, 30);

        private final int size;
        private final int overflow;

        PoolPreset(int size, int overflow) {
            this.size = size;
            this.overflow = overflow;
        }
    }
}
