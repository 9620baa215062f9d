package io.eventsource.sample.environment;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * Translates environment variables that deployments of services commonly set into Spring's properties:
 *
 * <ul>
 *   <li>{@code DATABASE_URL}, or {@code DB_HOST}, {@code DB_PORT}, {@code DB_NAME}, {@code DB_USER}, {@code DB_PASSWORD};
 *       with them {@code DATABASE_SSL_MODE} and {@code DATABASE_SSL_CA}
 *   <li>{@code DATABASE_POOL_SIZE} connections are kept, {@code DATABASE_MAX_OVERFLOW} more are opened on demand (also as
 *       {@code DB_POOL_SIZE} and {@code DB_MAX_OVERFLOW}); {@code DATABASE_POOL_TIMEOUT} and {@code DATABASE_POOL_RECYCLE}
 *       in seconds
 *   <li>{@code INSTANCE_COUNT} instances share {@code MAX_DB_CONNECTIONS}, less a tenth for administrators: a third of an instance's part
 *       is kept, the rest is opened on demand
 *   <li>{@code PARTITION_ID}, from 0, of {@code NUM_PARTITIONS}: this instance's part of each subscription
 *   <li>{@code REDIS_URL}. {@code REDIS_MAX_CONNECTIONS} is checked and has no effect: the transport sends over one connection, without
 *       waiting for each answer, and needs no pool
 *   <li>{@code ENABLE_TRACING}, {@code OTLP_ENDPOINT} or {@code OTEL_EXPORTER_OTLP_ENDPOINT}, {@code SERVICE_VERSION}
 *   <li>{@code LOG_LEVEL}, {@code SERVICE_NAME}, {@code SHUTDOWN_TIMEOUT} and {@code DRAIN_TIMEOUT} in seconds
 * </ul>
 *
 * Spring's own properties take precedence, wherever they are set.
 */
final class DeploymentVariablesPostProcessor implements EnvironmentPostProcessor, Ordered {

    private static final String DEFAULT_SERVICE_NAME = "order-service";
    private static final int DEFAULT_POOL_SIZE = 10;
    private static final int DEFAULT_MAX_OVERFLOW = 20;
    private static final int DEFAULT_MAX_DB_CONNECTIONS = 100;
    private static final int SMALLEST_POOL = 2;
    private static final int MAX_CONNECTIONS = 10_000;

    /** The pool would silently raise shorter ones. */
    private static final Duration SHORTEST_POOL_TIMEOUT = Duration.ofMillis(250);

    private static final Duration SHORTEST_POOL_RECYCLE = Duration.ofSeconds(30);

    private static final List<String> SSL_MODES =
            List.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");

    private static final Map<String, String> LOG_LEVELS = Map.of(
            "TRACE", "TRACE",
            "DEBUG", "DEBUG",
            "INFO", "INFO",
            "WARN", "WARN",
            "WARNING", "WARN",
            "ERROR", "ERROR",
            "CRITICAL", "ERROR");

    /** After the application's own configuration files have been read. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        PropertySource<?> system =
                environment.getPropertySources().get(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
        if (system == null) {
            return;
        }
        Variables variables = new Variables(name -> {
            Object value = system.getProperty(name);
            return value == null ? null : value.toString();
        });
        Map<String, Object> properties = new HashMap<>();
        if (!environment.containsProperty("spring.datasource.url")) {
            database(variables, properties);
        }
        pool(variables, properties);
        partition(variables, properties);
        redis(variables, properties);
        service(variables, properties);
        TracingVariables.translate(variables, properties);
        environment.getPropertySources().addLast(new MapPropertySource("deploymentVariables", properties));
    }

    private static void database(Variables variables, Map<String, Object> properties) {
        DatabaseAddress address = address(variables);
        if (address == null) {
            return;
        }
        String sslMode = variables.text("DATABASE_SSL_MODE");
        if (sslMode != null && !SSL_MODES.contains(sslMode)) {
            throw InvalidVariableException.of("DATABASE_SSL_MODE", sslMode, "one of " + SSL_MODES);
        }
        DatabaseAddress secured = address.withParameter("sslmode", sslMode)
                .withParameter("sslrootcert", variables.text("DATABASE_SSL_CA"));
        String usedMode = secured.parameters().get("sslmode");
        if (usedMode != null && !SSL_MODES.contains(usedMode)) {
            throw InvalidVariableException.of("DATABASE_URL", usedMode, "a URL whose sslmode is one of " + SSL_MODES);
        }
        properties.put("spring.datasource.url", secured.jdbcUrl());
        put(properties, "spring.datasource.username", secured.user());
        put(properties, "spring.datasource.password", secured.password());
    }

    private static @Nullable DatabaseAddress address(Variables variables) {
        String url = variables.text("DATABASE_URL");
        if (url != null) {
            return DatabaseAddress.parse("DATABASE_URL", url);
        }
        if (variables.firstSet("DB_HOST", "DB_PORT", "DB_NAME", "DB_USER", "DB_PASSWORD") == null) {
            return null;
        }
        return new DatabaseAddress(
                host(variables),
                variables.number("DB_PORT", 1, 65_535, 5432),
                or(variables.text("DB_NAME"), "eventsource"),
                or(variables.text("DB_USER"), "postgres"),
                variables.text("DB_PASSWORD"),
                Map.of());
    }

    private static String host(Variables variables) {
        String host = or(variables.text("DB_HOST"), "localhost");
        if (!host.matches("[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]")) {
            throw InvalidVariableException.of("DB_HOST", host, "a host name or an address, without port and path");
        }
        return host;
    }

    private static void pool(Variables variables, Map<String, Object> properties) {
        String size = variables.firstSet("DATABASE_POOL_SIZE", "DB_POOL_SIZE");
        String overflow = variables.firstSet("DATABASE_MAX_OVERFLOW", "DB_MAX_OVERFLOW");
        if (size != null || overflow != null) {
            int kept = variables.number(size, 1, MAX_CONNECTIONS, DEFAULT_POOL_SIZE);
            properties.put("spring.datasource.hikari.minimum-idle", kept);
            properties.put(
                    "spring.datasource.hikari.maximum-pool-size",
                    kept + variables.number(overflow, 0, MAX_CONNECTIONS, DEFAULT_MAX_OVERFLOW));
        } else if (variables.firstSet("INSTANCE_COUNT", "MAX_DB_CONNECTIONS") != null) {
            share(variables, properties);
        }
        put(
                properties,
                "spring.datasource.hikari.connection-timeout",
                millis(variables.seconds("DATABASE_POOL_TIMEOUT", SHORTEST_POOL_TIMEOUT)));
        if ("-1".equals(variables.text("DATABASE_POOL_RECYCLE"))) {
            // never, in both worlds
            properties.put("spring.datasource.hikari.max-lifetime", 0);
        } else {
            put(
                    properties,
                    "spring.datasource.hikari.max-lifetime",
                    millis(variables.seconds("DATABASE_POOL_RECYCLE", SHORTEST_POOL_RECYCLE)));
        }
    }

    /** What one of several instances may take of the server's connections. */
    private static void share(Variables variables, Map<String, Object> properties) {
        int instances = variables.number("INSTANCE_COUNT", 1, MAX_CONNECTIONS, 1);
        int connections = variables.number("MAX_DB_CONNECTIONS", 1, MAX_CONNECTIONS, DEFAULT_MAX_DB_CONNECTIONS);
        int part = connections * 9 / 10 / instances;
        if (part < SMALLEST_POOL) {
            throw InvalidVariableException.of(
                    "MAX_DB_CONNECTIONS",
                    Integer.toString(connections),
                    "enough for %d connections of each of the %d instances, after a tenth is left for administrators"
                            .formatted(SMALLEST_POOL, instances));
        }
        properties.put("spring.datasource.hikari.minimum-idle", Math.max(SMALLEST_POOL, part / 3));
        properties.put("spring.datasource.hikari.maximum-pool-size", part);
        properties.put("eventsource.pool.instances", instances);
    }

    private static void partition(Variables variables, Map<String, Object> properties) {
        if (variables.firstSet("PARTITION_ID", "NUM_PARTITIONS") != null) {
            int count = variables.number("NUM_PARTITIONS", 1, MAX_CONNECTIONS, 1);
            properties.put("eventsource.subscriptions.instance.count", count);
            properties.put(
                    "eventsource.subscriptions.instance.index", variables.number("PARTITION_ID", 0, count - 1, 0));
        }
    }

    /** The messages of failures never contain the URL, since it may hold a password. */
    private static void redis(Variables variables, Map<String, Object> properties) {
        String url = variables.text("REDIS_URL");
        if (url != null) {
            if (!url.matches("rediss?://[^/\\s]+(/[0-9]{0,4})?")) {
                throw new InvalidVariableException("REDIS_URL", "of the form redis://user:password@host:port/database");
            }
            properties.put("spring.data.redis.url", url);
        }
        int unused = variables.number("REDIS_MAX_CONNECTIONS", 1, MAX_CONNECTIONS, DEFAULT_POOL_SIZE);
    }

    private static void service(Variables variables, Map<String, Object> properties) {
        put(
                properties,
                "spring.lifecycle.timeout-per-shutdown-phase",
                variables.seconds("SHUTDOWN_TIMEOUT", Duration.ZERO));
        put(properties, "eventsource.shutdown.timeout", variables.seconds("SHUTDOWN_TIMEOUT", Duration.ZERO));
        put(properties, "eventsource.shutdown.drain-timeout", variables.seconds("DRAIN_TIMEOUT", Duration.ZERO));
        properties.put("spring.application.name", or(variables.text("SERVICE_NAME"), DEFAULT_SERVICE_NAME));
        String level = variables.text("LOG_LEVEL");
        if (level != null) {
            String known = LOG_LEVELS.get(level.toUpperCase(Locale.ROOT));
            if (known == null) {
                throw InvalidVariableException.of(
                        "LOG_LEVEL", level, "one of TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL");
            }
            properties.put("logging.level.root", known);
        }
    }

    private static @Nullable Long millis(@Nullable Duration duration) {
        return duration == null ? null : duration.toMillis();
    }

    private static String or(@Nullable String value, String unset) {
        return value == null ? unset : value;
    }

    private static void put(Map<String, Object> properties, String name, @Nullable Object value) {
        if (value != null) {
            properties.put(name, value);
        }
    }
}
