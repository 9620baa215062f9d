package io.eventsource.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the server of a locked data folder up, whatever state a crash has left:
 *
 * <ol>
 *   <li>a server that outlived its application is stopped: the lock proves that nobody else uses it, and its port and
 *       settings may not be the ones asked for;
 *   <li>the server is started, and waited for until it accepts connections, crash recovery included;
 *   <li>if it ended early, the two are repeated until the time is up, provided that repeating can help: the free port was
 *       taken by somebody else meanwhile, or processes of a crashed server still hold the data for a moment.
 * </ol>
 */
record ServerLauncher(
        Programs programs, DataFolder folder, EmbeddedPostgresSettings settings, Map<String, String> parameters) {

    private static final Logger log = LoggerFactory.getLogger(ServerLauncher.class);

    static final Postmaster.Patience PATIENCE = new Postmaster.Patience(Duration.ofSeconds(20), Duration.ofSeconds(10));

    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final Duration SLACK = Duration.ofSeconds(10);

    /** Returns the port on which the server accepts connections. */
    int launch() {
        long deadline = System.nanoTime() + settings.startupTimeout().toNanos();
        while (true) {
            try {
                stopOrphan();
                boolean crashed = hasPidFile();
                int port = settings.port() == 0 ? freePort() : settings.port();
                Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
                Programs.Result result = start(port, left);
                if (result.succeeded()) {
                    return port;
                }
                boolean inTime = System.nanoTime() < deadline;
                boolean heldForAMoment = crashed || hasPidFile();
                stopStarted();
                boolean portTaken = isTaken(port);
                boolean otherPortHelps = portTaken && settings.port() == 0;
                if (!inTime || !(heldForAMoment || otherPortHelps)) {
                    throw portTaken && settings.port() != 0
                            ? new EmbeddedPostgresException.PortInUse(port)
                            : failed(inTime);
                }
                log.debug("PostgreSQL did not start and is started again: {}", result.output());
                TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
            } catch (IOException e) {
                throw new EmbeddedPostgresException.DirectoryNotWritable(folder.path(), "data-directory", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EmbeddedPostgresException.StartFailed(
                        "The thread was interrupted while it started PostgreSQL.", "Start the application again.", e);
            }
        }
    }

    private void stopOrphan() throws IOException {
        Postmaster orphan = Postmaster.of(folder.data());
        if (orphan != null) {
            log.warn(
                    "Stopping the PostgreSQL (process {}) of {} that outlived its application",
                    orphan.process().pid(),
                    folder.path());
            orphan.stop(programs, folder.data(), PATIENCE);
        }
    }

    private void stopStarted() throws IOException {
        Postmaster started = Postmaster.of(folder.data());
        if (started != null) {
            started.stop(programs, folder.data(), new Postmaster.Patience(Duration.ofSeconds(1), PATIENCE.immediate()));
        }
    }

    private boolean hasPidFile() {
        return Files.exists(folder.data().resolve("postmaster.pid"));
    }

    private Programs.Result start(int port, Duration limit) {
        String onOrOff = settings.durable() ? "on" : "off";
        StringBuilder more = new StringBuilder();
        parameters.forEach(
                (name, value) -> more.append(" -c ").append(name).append('=').append(value));
        String options = "-p " + port
                + " -c listen_addresses=127.0.0.1"
                + " -c unix_socket_directories=''"
                + " -c logging_collector=off"
                + " -c fsync=" + onOrOff
                + " -c synchronous_commit=" + onOrOff
                + " -c full_page_writes=" + onOrOff
                + more;
        // whole seconds rounded up, so that pg_ctl never gives up a recovery before the deadline and has it begin anew;
        // pg_ctl rather than postgres itself: it detaches the server from the terminal's process group, so that Ctrl+C
        // reaches the application alone and the server stops after it
        return programs.run(
                limit.plus(SLACK),
                "",
                "pg_ctl",
                "start",
                "-D",
                folder.data().toString(),
                "-l",
                folder.serverLog().toString(),
                "-w",
                "-t",
                Long.toString(limit.toSeconds() + 1),
                "-o",
                options);
    }

    private EmbeddedPostgresException failed(boolean inTime) {
        return new EmbeddedPostgresException.StartFailed(
                "PostgreSQL in " + folder.path()
                        + (inTime
                                ? " ended before it accepted connections."
                                : " did not accept connections within " + settings.startupTimeout() + ".")
                        + " The end of " + folder.serverLog() + ":\n" + folder.logTail() + "\n",
                inTime
                        ? "Correct what the log names."
                        : "Set eventsource.embedded-postgres.startup-timeout to a longer time if the log shows a recovery"
                                + " in progress; otherwise correct what it names.",
                null);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(loopback(0));
            return socket.getLocalPort();
        }
    }

    private static boolean isTaken(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(loopback(port));
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static InetSocketAddress loopback(int port) throws IOException {
        return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
    }
}
