package io.eventsource.autoconfigure.testing;

import static org.awaitility.Awaitility.await;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.util.FileSystemUtils;

/** A real PgBouncer in front of a test's database. Needs Debian's package {@code pgbouncer} or the like on the path, and fails without it. */
public final class PgBouncer implements AutoCloseable {

    private final Path folder;
    private final Process process;
    private final int port;

    private PgBouncer(Path folder, Process process, int port) {
        this.folder = folder;
        this.process = process;
        this.port = port;
    }

    /**
     * Starts it.
     *
     * @param configuration as in the documents; its addresses are replaced by those of the test
     */
    public static PgBouncer start(TestDatabase database, String role, String password, String configuration)
            throws IOException {
        Path folder = Files.createTempDirectory("pgbouncer");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path users = Files.writeString(folder.resolve("userlist.txt"), "\"%s\" \"%s\"\n".formatted(role, password));
        Path file = Files.writeString(
                folder.resolve("pgbouncer.ini"),
                configuration
                                .replace("host=db.example.com", "host=127.0.0.1")
                                .replace("port=5432", "port=" + database.port())
                                .replace("dbname=orders", "dbname=" + database.name())
                                .replace("listen_addr = *", "listen_addr = 127.0.0.1")
                                .replace("listen_port = 6432", "listen_port = " + port)
                                .replace("/etc/pgbouncer/userlist.txt", users.toString())
                        + "\nunix_socket_dir =\n");
        List<String> command = new ArrayList<>();
        if (new UnixSystem().getUid() == 0) {
            // it refuses to run as root
            command.addAll(List.of("unshare", "-U"));
        }
        command.addAll(List.of("pgbouncer", file.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("pgbouncer.log").toFile())
                .start();
        PgBouncer started = new PgBouncer(folder, process, port);
        try {
            await().atMost(Duration.ofSeconds(10)).until(started::answers);
        } catch (RuntimeException silent) {
            String said = Files.readString(folder.resolve("pgbouncer.log"));
            started.close();
            throw new AssertionError(
                    "PgBouncer does not start. Install the package pgbouncer to run this profile. It said: " + said,
                    silent);
        }
        return started;
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException notYet) {
            if (!process.isAlive()) {
                throw new IllegalStateException("PgBouncer has ended with exit code " + process.exitValue(), notYet);
            }
            return false;
        }
    }

    public int port() {
        return port;
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        await().atMost(Duration.ofSeconds(10)).until(() -> !process.isAlive());
        FileSystemUtils.deleteRecursively(folder);
    }
}
