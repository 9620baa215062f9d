package io.eventsource.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders of temporary servers, each below the system's folder for temporary files and readable by its owner only.
 *
 * <p>A JVM that was killed leaves its server running and its folder. The next JVM that makes a folder stops and deletes
 * both: the lock of the operating system says that nobody uses them. A folder without data is left alone, since another JVM
 * may just have made it and not have locked it yet.
 */
final class TemporaryFolders {

    private static final Logger log = LoggerFactory.getLogger(TemporaryFolders.class);

    private static final String PREFIX = "eventsource-temporary-";

    private static final int PATIENCE_SECONDS = 10;

    private TemporaryFolders() {}

    static Path create() {
        Path parent = Path.of(System.getProperty("java.io.tmpdir"));
        try {
            deleteLeft(parent);
            return Files.createTempDirectory(parent, PREFIX);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot make a folder for a temporary PostgreSQL below " + parent
                            + ". Name a folder that can be written by -Djava.io.tmpdir.",
                    e);
        }
    }

    private static void deleteLeft(Path parent) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path folder : folders) {
                if (Files.isReadable(folder) && Files.exists(folder.resolve("data/PG_VERSION"))) {
                    deleteUnused(new DataFolder(folder.toRealPath()));
                }
            }
        }
    }

    private static void deleteUnused(DataFolder folder) {
        try (FolderLock lock = folder.lock()) {
            log.debug("Deleting {}, locked by {}", folder.path(), lock);
            Postmaster left = Postmaster.of(folder.data());
            if (left != null) {
                log.info("Stopping the temporary PostgreSQL in {}, whose application was killed", folder.path());
                stop(left.process());
            }
            Folders.delete(folder.path());
        } catch (InterruptedException e) {
            // the server may still run: the next JVM finds it again
            Thread.currentThread().interrupt();
        } catch (EmbeddedPostgresException.DataDirectoryInUse used) {
            log.debug("{}", used.getMessage());
        } catch (IOException | UncheckedIOException e) {
            log.info("The temporary PostgreSQL in {} could not be deleted: {}", folder.path(), e.toString());
        }
    }

    /** Its connections ended with the application, so that the gentlest signal is enough. */
    private static void stop(ProcessHandle server) throws InterruptedException {
        boolean asked = server.destroy();
        try {
            ProcessHandle ended = server.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            log.debug("Process {} ended", ended.pid());
        } catch (TimeoutException | ExecutionException e) {
            log.info("Process {} is killed, asked to stop: {}", server.pid(), asked);
            boolean killed = server.destroyForcibly();
            log.debug("Process {} killed: {}", server.pid(), killed);
        }
    }
}
