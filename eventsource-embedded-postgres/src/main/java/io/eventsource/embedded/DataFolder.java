package io.eventsource.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of one embedded PostgreSQL and what is in it.
 *
 * <p>{@code data} is the database cluster. It is made under another name and renamed when complete, after the password
 * file is on disk: a crash leaves either no cluster, or one that works.
 */
record DataFolder(Path path) {

    private static final Logger log = LoggerFactory.getLogger(DataFolder.class);

    private static final Set<String> OWN = Set.of("lock", "pgpass", "server.log", "server.log.1", ".gitignore");
    private static final String INITDB_PREFIX = "initdb-";
    private static final int LOG_TAIL_LINES = 20;

    /**
     * Creates the folder if needed.
     *
     * @throws EmbeddedPostgresException.NotADataDirectory if it contains anything else, before anything is written
     */
    static DataFolder open(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            if (!Files.isDirectory(absolute)) {
                Path parent = absolute.getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                Files.createDirectory(
                        absolute, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            DataFolder folder = new DataFolder(absolute.toRealPath());
            folder.requireOwnContents();
            return folder;
        } catch (IOException e) {
            throw new EmbeddedPostgresException.DirectoryNotWritable(absolute, "data-directory", e);
        }
    }

    Path data() {
        return path.resolve("data");
    }

    PasswordFile passwordFile() {
        return new PasswordFile(path.resolve("pgpass"));
    }

    Path serverLog() {
        return path.resolve("server.log");
    }

    private void requireOwnContents() throws IOException {
        if (Files.exists(data().resolve("PG_VERSION"))) {
            return;
        }
        try (Stream<Path> entries = Files.list(path)) {
            entries.filter(entry -> !isOwn(entry)).findFirst().ifPresent(entry -> {
                throw new EmbeddedPostgresException.NotADataDirectory(path, entry);
            });
        }
    }

    private static boolean isOwn(Path entry) {
        String name = String.valueOf(entry.getFileName());
        return OWN.contains(name) || name.startsWith(INITDB_PREFIX);
    }

    FolderLock lock() {
        try {
            return FolderLock.acquire(path, path.resolve("lock"));
        } catch (IOException e) {
            throw new EmbeddedPostgresException.DirectoryNotWritable(path, "data-directory", e);
        }
    }

    /**
     * Makes the cluster unless there is one.
     *
     * @throws EmbeddedPostgresException.WrongMajorVersion if the one there is of another version than the programs
     */
    void prepare(Programs programs, Programs.Version version, boolean durable, Duration limit) {
        try {
            deleteUnfinished();
            Path versionFile = data().resolve("PG_VERSION");
            if (!Files.exists(versionFile)) {
                initialise(programs, durable, limit);
            }
            String found = Files.readString(versionFile).strip();
            if (!found.equals(version.major())) {
                throw new EmbeddedPostgresException.WrongMajorVersion(path, found, version.major());
            }
            if (Files.exists(serverLog())) {
                Files.move(serverLog(), path.resolve("server.log.1"), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new EmbeddedPostgresException.DirectoryNotWritable(path, "data-directory", e);
        }
    }

    private void initialise(Programs programs, boolean durable, Duration limit) throws IOException {
        // data and password are not for version control
        Files.writeString(path.resolve(".gitignore"), "*\n");
        String password = passwordFile().create();
        // a name of its own, since an initdb that outlived its application may still be writing to the last one
        Path unfinished = Files.createTempDirectory(path, INITDB_PREFIX);
        List<String> arguments = new ArrayList<>(List.of(
                "--pgdata=" + unfinished,
                "--username=" + EmbeddedPostgresServer.USERNAME,
                "--pwfile=/dev/stdin",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--text-search-config=english"));
        if (!durable) {
            arguments.add("--no-sync");
        }
        Programs.Result result = programs.run(limit, password + "\n", "initdb", arguments.toArray(String[]::new));
        if (!result.succeeded()) {
            Folders.delete(unfinished);
            throw programs.failed("initdb", result);
        }
        Files.move(unfinished, data(), StandardCopyOption.ATOMIC_MOVE);
        Folders.force(path);
    }

    private void deleteUnfinished() throws IOException {
        try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(path, INITDB_PREFIX + "*")) {
            for (Path cluster : unfinished) {
                try {
                    Folders.delete(cluster);
                } catch (IOException e) {
                    // an initdb that outlived its application still writes there, or removes it itself
                    log.debug("Leaving {} to the next start", cluster, e);
                }
            }
        }
    }

    /** The end of the server's log since it was last prepared, for messages. */
    String logTail() {
        try {
            if (!Files.exists(serverLog())) {
                return "(the server wrote no log)";
            }
            List<String> lines = Files.readAllLines(serverLog());
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
        } catch (IOException | UncheckedIOException e) {
            return "(" + serverLog() + " cannot be read: " + e + ")";
        }
    }
}
