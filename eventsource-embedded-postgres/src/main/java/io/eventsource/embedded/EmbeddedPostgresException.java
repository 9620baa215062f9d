package io.eventsource.embedded;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The embedded PostgreSQL cannot be started. The message is {@link #description()} followed by {@link #action()}.
 * Whatever was already started has been stopped again, and existing data are as they were.
 */
@SuppressWarnings("serial") // thrown at start-up and shown to a person, never serialized
public abstract sealed class EmbeddedPostgresException extends RuntimeException {

    private final String description;
    private final String action;

    private EmbeddedPostgresException(String description, String action, @Nullable Throwable cause) {
        super(description + " " + action, cause);
        this.description = description;
        this.action = action;
    }

    /**
     * What is wrong and where.
     *
     * @return one or more whole sentences
     */
    public String description() {
        return description;
    }

    /**
     * What a person can do about it.
     *
     * @return one or more whole sentences
     */
    public String action() {
        return action;
    }

    /** The folder is in use by another running application, or a second time by this one. */
    public static final class DataDirectoryInUse extends EmbeddedPostgresException {

        private final Path dataDirectory;
        private final @Nullable Long pid;

        DataDirectoryInUse(Path dataDirectory, @Nullable Long pid) {
            super(
                    "The embedded PostgreSQL folder " + dataDirectory + " is in use by "
                            + (pid == null
                                    ? "another running application."
                                    : "the running application with process id " + pid + "."),
                    "Stop that application, or give this one a folder of its own with"
                            + " eventsource.embedded-postgres.data-directory.",
                    null);
            this.dataDirectory = dataDirectory;
            this.pid = pid;
        }

        /**
         * The folder in use.
         *
         * @return an absolute path
         */
        public Path dataDirectory() {
            return dataDirectory;
        }

        /**
         * The process that uses the folder.
         *
         * @return its id, or {@code null} if unknown
         */
        public @Nullable Long pid() {
            return pid;
        }
    }

    /** The data were written by another major version of PostgreSQL than the one on the class path. */
    public static final class WrongMajorVersion extends EmbeddedPostgresException {

        private final Path dataDirectory;
        private final String found;
        private final String expected;

        WrongMajorVersion(Path dataDirectory, String found, String expected) {
            super(
                    "The folder " + dataDirectory + " holds data of PostgreSQL " + found
                            + ", but the programs on the class path are PostgreSQL " + expected + ".",
                    "Put the io.zonky.test.postgres binaries of version " + found
                            + " on the class path to go on with the data, or move them over with pg_dump, or use another"
                            + " folder with eventsource.embedded-postgres.data-directory, or delete this one if the data"
                            + " are of no value.",
                    null);
            this.dataDirectory = dataDirectory;
            this.found = found;
            this.expected = expected;
        }

        /**
         * The folder with the data.
         *
         * @return an absolute path
         */
        public Path dataDirectory() {
            return dataDirectory;
        }

        /**
         * The major version that wrote the data.
         *
         * @return for example {@code 17}
         */
        public String found() {
            return found;
        }

        /**
         * The major version on the class path.
         *
         * @return for example {@code 18}
         */
        public String expected() {
            return expected;
        }
    }

    /** The folder has contents that are not an embedded PostgreSQL. */
    public static final class NotADataDirectory extends EmbeddedPostgresException {

        private final Path dataDirectory;

        NotADataDirectory(Path dataDirectory, Path found) {
            super(
                    "The folder " + dataDirectory + " is neither empty nor the folder of an embedded PostgreSQL: it"
                            + " contains " + found.getFileName() + ".",
                    "Point eventsource.embedded-postgres.data-directory to a folder that is empty or does not exist, or"
                            + " empty this one.",
                    null);
            this.dataDirectory = dataDirectory;
        }

        /**
         * The refused folder.
         *
         * @return an absolute path
         */
        public Path dataDirectory() {
            return dataDirectory;
        }
    }

    /** The folder for the data or for the unpacked programs cannot be created or written. */
    public static final class DirectoryNotWritable extends EmbeddedPostgresException {

        private final Path directory;

        DirectoryNotWritable(Path directory, String property, Throwable cause) {
            super(
                    "The folder " + directory + " cannot be created or written by user "
                            + System.getProperty("user.name") + " (" + cause + ").",
                    "Give the user the right to write there, or choose another folder with"
                            + " eventsource.embedded-postgres." + property + ".",
                    cause);
            this.directory = directory;
        }

        /**
         * The folder that cannot be written.
         *
         * @return an absolute path
         */
        public Path directory() {
            return directory;
        }
    }

    /** No PostgreSQL programs for this operating system and processor are on the class path. */
    public static final class MissingBinaries extends EmbeddedPostgresException {

        private final String platform;
        private final @Nullable String artifact;

        MissingBinaries(String platform, @Nullable String artifact) {
            super(
                    "There are no PostgreSQL programs for " + platform + " on the class path.",
                    artifact == null
                            ? "Set spring.datasource.url to a PostgreSQL server: the embedded one runs on Linux and macOS"
                                    + " with 64-bit Intel or ARM processors only."
                            : "Add the dependency " + artifact + " (version 18 or later) with scope runtime, or set"
                                    + " spring.datasource.url to a PostgreSQL server.",
                    null);
            this.platform = platform;
            this.artifact = artifact;
        }

        /**
         * Operating system and processor.
         *
         * @return for example {@code darwin-arm64v8}
         */
        public String platform() {
            return platform;
        }

        /**
         * The artifact to add.
         *
         * @return group and artifact id separated by a colon, or {@code null} if the platform is not supported
         */
        public @Nullable String artifact() {
            return artifact;
        }
    }

    /** The configured port is taken by another process. */
    public static final class PortInUse extends EmbeddedPostgresException {

        private final int port;

        PortInUse(int port) {
            super(
                    "The embedded PostgreSQL cannot listen on 127.0.0.1:" + port + " because another process does.",
                    "Stop that process, or set eventsource.embedded-postgres.port to another port, or to 0 for a free"
                            + " one.",
                    null);
            this.port = port;
        }

        /**
         * The port that is taken.
         *
         * @return a port number
         */
        public int port() {
            return port;
        }
    }

    /** A PostgreSQL program failed or did not finish in time. */
    public static final class StartFailed extends EmbeddedPostgresException {

        StartFailed(String description, String action, @Nullable Throwable cause) {
            super(description, action, cause);
        }
    }
}
