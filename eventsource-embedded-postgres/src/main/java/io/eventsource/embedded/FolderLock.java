package io.eventsource.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Exclusive use of a folder by one process, through a lock of the operating system on a file in it. The operating system
 * releases the lock when the process ends, however it ends, so it needs no clearing after a crash. The file contains the
 * owner's process id for people and messages; nothing is decided on it.
 */
final class FolderLock implements AutoCloseable {

    /**
     * Folders locked by this JVM. Needed although the operating system knows them too: POSIX releases all locks a process
     * has on a file when it closes any descriptor of that file, so a second attempt from the same JVM must be refused
     * before it opens the file.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    private FolderLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /** Locks the folder, which must be a real path. */
    static FolderLock acquire(Path folder, Path lockFile) throws IOException {
        if (!HELD.add(folder)) {
            throw new EmbeddedPostgresException.DataDirectoryInUse(
                    folder, ProcessHandle.current().pid());
        }
        FileChannel channel = null;
        boolean locked = false;
        try {
            channel = FileChannel.open(
                    lockFile, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                throw new EmbeddedPostgresException.DataDirectoryInUse(folder, readPid(channel));
            }
            writePid(channel);
            locked = true;
            return new FolderLock(folder, channel);
        } finally {
            if (!locked) {
                release(folder, channel);
            }
        }
    }

    private static @Nullable Long readPid(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(20);
        channel.read(buffer, 0);
        String text = new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII).strip();
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            // the owner has the lock but has not written its id yet
            return null;
        }
    }

    private static void writePid(FileChannel channel) throws IOException {
        String pid = ProcessHandle.current().pid() + "\n";
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
    }

    private static void release(Path folder, @Nullable FileChannel channel) throws IOException {
        try {
            if (channel != null) {
                channel.close();
            }
        } finally {
            HELD.remove(folder);
        }
    }

    @Override
    public void close() throws IOException {
        release(folder, channel);
    }
}
