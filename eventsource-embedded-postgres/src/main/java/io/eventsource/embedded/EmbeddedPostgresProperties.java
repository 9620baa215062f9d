package io.eventsource.embedded;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Configuration of the embedded PostgreSQL.
 *
 * @param enabled Whether to start a PostgreSQL server when no data source is configured.
 * @param dataDirectory Folder of the database, made when absent. A relative path starts at the working directory.
 * @param port Port on the loopback address, or 0 for a free one chosen at each start.
 * @param database Name of the database, made when absent. Lower-case letters, digits and underscores.
 * @param startupTimeout How long the server may take to accept connections, crash recovery included.
 * @param durable Whether commits wait until they are safely on disk. To be switched off for throw-away data only.
 * @param binariesDirectory Folder into which the PostgreSQL programs are unpacked once. By default a cache below the user's
 *     home directory that all applications share.
 * @param throwAwayInTests Whether an application that a test starts gets a throw-away database on a temporary server that the
 *     tests of its JVM share, instead of the server and the folder of these properties.
 */
@ConfigurationProperties("eventsource.embedded-postgres")
record EmbeddedPostgresProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue(".eventsource/postgres") Path dataDirectory,
        @DefaultValue("0") int port,
        @DefaultValue("eventsource") String database,
        @DefaultValue("30s") Duration startupTimeout,
        @DefaultValue("true") boolean durable,
        @Nullable Path binariesDirectory,
        @DefaultValue("true") boolean throwAwayInTests) {

    /** Checks the values where Boot adds the prefix of the properties to the message. */
    EmbeddedPostgresProperties {
        settings(dataDirectory, port, database, startupTimeout, durable, binariesDirectory);
    }

    EmbeddedPostgresSettings toSettings() {
        return settings(dataDirectory, port, database, startupTimeout, durable, binariesDirectory);
    }

    private static EmbeddedPostgresSettings settings(
            Path dataDirectory,
            int port,
            String database,
            Duration startupTimeout,
            boolean durable,
            @Nullable Path binariesDirectory) {
        Path binaries =
                binariesDirectory != null ? binariesDirectory : EmbeddedPostgresSettings.sharedBinariesDirectory();
        return new EmbeddedPostgresSettings(dataDirectory, port, database, startupTimeout, durable, binaries);
    }
}
