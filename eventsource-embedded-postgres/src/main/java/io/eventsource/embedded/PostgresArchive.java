package io.eventsource.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/**
 * The PostgreSQL programs of this platform: an archive on the class path and the folder it is unpacked to once.
 *
 * <p>The folder's name is the archive's digest, so another archive goes to another folder. It appears by a rename after
 * everything was unpacked: a crash leaves at most an {@code .unpacking} folder behind, which the next start removes.
 */
record PostgresArchive(Platform platform, URL url) {

    private static final Logger log = LoggerFactory.getLogger(PostgresArchive.class);

    static PostgresArchive find(Platform platform, ClassLoader classLoader) {
        String resource = platform.resource();
        URL url = resource == null ? null : classLoader.getResource(resource);
        if (url == null) {
            throw new EmbeddedPostgresException.MissingBinaries(platform.name(), platform.artifact());
        }
        return new PostgresArchive(platform, url);
    }

    /** Returns the folder with {@code bin}, {@code lib} and {@code share}. */
    Path unpackedTo(Path binariesDirectory) {
        Path directory = binariesDirectory.toAbsolutePath().normalize();
        try {
            Files.createDirectories(directory);
            Path target = directory.resolve(platform.name() + "-" + digest());
            if (!Files.isDirectory(target)) {
                unpackOnce(directory, target);
            }
            return target.toRealPath();
        } catch (IOException e) {
            throw new EmbeddedPostgresException.DirectoryNotWritable(directory, "binaries-directory", e);
        }
    }

    private String digest() throws IOException {
        try (InputStream in =
                new DigestInputStream(url.openStream(), MessageDigest.getInstance("SHA-256")) /* read to its end */) {
            in.transferTo(OutputStream.nullOutputStream());
            byte[] digest = ((DigestInputStream) in).getMessageDigest().digest();
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    private void unpackOnce(Path directory, Path target) throws IOException {
        // a file lock excludes other processes only, the monitor the other threads of this one
        synchronized (PostgresArchive.class) {
            try (FileChannel channel = FileChannel.open(
                            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (lock.isValid() && Files.isDirectory(target)) {
                    return;
                }
                log.info("Unpacking the PostgreSQL programs to {}", target);
                Path unpacking = target.resolveSibling(target.getFileName() + ".unpacking");
                Folders.delete(unpacking);
                unpack(unpacking);
                Files.move(unpacking, target, StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }

    private void unpack(Path target) throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(url.openStream())))) {
            TarArchiveEntry entry;
            while ((entry = tar.getNextEntry()) != null) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("Entry " + entry.getName() + " of " + url + " leaves the folder");
                }
                write(tar, entry, path);
            }
        }
    }

    private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path path) throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(path);
            return;
        }
        Path parent = path.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else if (entry.isFile()) {
            Files.copy(tar, path);
            if ((entry.getMode() & 0100) != 0 && !path.toFile().setExecutable(true, false)) {
                throw new IOException("Cannot make " + path + " executable");
            }
        } else {
            throw new IOException("Entry " + entry.getName() + " is no file, folder or symbolic link");
        }
    }
}
