package io.eventsource.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The password of the server's only user, in the format that {@code psql} and the other client programs read through
 * {@code PGPASSFILE}. Only the file's owner may read it; client programs ignore it otherwise.
 */
record PasswordFile(Path path) {

    private static final int PASSWORD_BYTES = 24;
    private static final String PREFIX = "127.0.0.1:*:*:" + EmbeddedPostgresServer.USERNAME + ":";

    /** Writes a new random password, and returns when it is safely on disk. */
    String create() throws IOException {
        byte[] random = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(random);
        // the URL-safe alphabet has no colon and no backslash, which this file would have to escape
        String password = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        Files.deleteIfExists(path);
        try (FileChannel channel = FileChannel.open(
                path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(ByteBuffer.wrap((PREFIX + password + "\n").getBytes(StandardCharsets.US_ASCII)));
            channel.force(true);
        }
        return password;
    }

    String read() {
        try {
            String line = Files.readString(path).strip();
            if (line.startsWith(PREFIX)) {
                return line.substring(PREFIX.length());
            }
            throw unusable("does not start with " + PREFIX, null);
        } catch (IOException e) {
            throw unusable("cannot be read", e);
        }
    }

    private EmbeddedPostgresException unusable(String why, @Nullable Throwable cause) {
        return new EmbeddedPostgresException.StartFailed(
                "The password file " + path + " of the embedded PostgreSQL " + why + ".",
                "Restore it from a backup, or delete the folder " + path.getParent() + " if the data are of no value.",
                cause);
    }
}
