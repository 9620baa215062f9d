/**
 * A real PostgreSQL in the application's own folder, for development, demonstrations and tests.
 *
 * <p>{@link io.eventsource.embedded.EmbeddedPostgresServer} is usable without Spring;
 * {@link io.eventsource.embedded.EmbeddedPostgresAutoConfiguration} starts it for a Spring Boot application that has no
 * data source configured.
 */
@NullMarked
package io.eventsource.embedded;

import org.jspecify.annotations.NullMarked;
