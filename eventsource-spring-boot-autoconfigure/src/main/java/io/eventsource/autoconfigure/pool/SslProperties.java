package io.eventsource.autoconfigure.pool;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How connections to the database are secured.
 *
 * @param bundle Name of the SSL bundle by which Boot's connection pool, and what is opened beside it, connects to the database.
 */
@ConfigurationProperties("eventsource.ssl")
public record SslProperties(@Nullable String bundle) {}
