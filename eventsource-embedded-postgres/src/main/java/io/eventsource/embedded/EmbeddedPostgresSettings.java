package io.eventsource.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * What an {@link EmbeddedPostgresServer} is started with.
 *
 * @param dataDirectory folder of the database; it is created when absent and holds the data, the password file, the
 *     server's log and a lock, and nothing else
 * @param port port on the loopback address, or {@code 0} for a free one chosen at each start
 * @param database name of the database to connect to, created when absent: lower-case letters, digits and underscores,
 *     at most 63 characters, not starting with a digit
 * @param startupTimeout how long the server may take to accept connections, crash recovery included; the same limit
 *     holds for making a new database folder
 * @param durable whether a commit waits until it is safely on disk ({@code fsync}, {@code synchronous_commit} and
 *     {@code full_page_writes}); without it a crash of the machine may damage the whole database
 * @param binariesDirectory folder into which the PostgreSQL programs are unpacked once; may be shared by any number of
 *     applications of the same user
 */
public record EmbeddedPostgresSettings(
        Path dataDirectory,
        int port,
        String database,
        Duration startupTimeout,
        boolean durable,
        Path binariesDirectory) {

    private static final Pattern DATABASE = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

    /** pg_ctl puts paths between double quotes of a shell command, where these keep their meaning. */
    private static final Pattern UNQUOTABLE = Pattern.compile("[\"$`\\\\\\n\\r]");

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if a value is out of its bounds; the message names it
     */
    public EmbeddedPostgresSettings {
        requireQuotable("data-directory", dataDirectory);
        requireQuotable("binaries-directory", binariesDirectory);
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port must be between 0 and 65535 but is " + port);
        }
        if (!DATABASE.matcher(database).matches()) {
            throw new IllegalArgumentException(
                    "database must consist of at most 63 lower-case letters, digits and underscores"
                            + " and not start with a digit but is '" + database + "'");
        }
        if (startupTimeout.isNegative() || startupTimeout.isZero()) {
            throw new IllegalArgumentException("startup-timeout must be positive but is " + startupTimeout);
        }
    }

    /**
     * The folder below the user's home that all applications of this user share for unpacked PostgreSQL programs.
     *
     * @return the folder, which need not exist yet
     */
    public static Path sharedBinariesDirectory() {
        return Path.of(System.getProperty("user.home"), ".cache", "eventsource", "postgres");
    }

    private static void requireQuotable(String name, Path path) {
        if (UNQUOTABLE.matcher(path.toAbsolutePath().toString()).find()) {
            throw new IllegalArgumentException(name
                    + " must not contain double quotes, dollar signs, backquotes, backslashes or line breaks but is "
                    + path.toAbsolutePath());
        }
    }
}
