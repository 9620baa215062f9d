package io.eventsource.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a client and a server on this machine. On demand it lets a request through, waits for the server's
 * answer, and cuts the connection instead of delivering it.
 */
public final class AnswerLosingProxy implements AutoCloseable {

    private final ServerSocket listener;
    private final int serverPort;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable String> armed = new AtomicReference<>();

    public AnswerLosingProxy(int serverPort) {
        this.serverPort = serverPort;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        daemon(this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Loses the answer to the next request that contains a text; prepared statements carry it only the first times. */
    public void loseNextAnswerWith(String text) {
        armed.set(text);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                sockets.add(client);
                sockets.add(server);
                Connection connection = new Connection(client, server);
                daemon(connection::requests);
                daemon(connection::answers);
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "answer-losing-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    /** One client's connection. */
    private final class Connection {

        private final Socket client;
        private final Socket server;
        private volatile boolean losing;

        Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void requests() {
            try (InputStream in = client.getInputStream();
                    OutputStream out = server.getOutputStream()) {
                byte[] buffer = new byte[1 << 16];
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    String text = armed.get();
                    if (text != null && new String(buffer, 0, read, StandardCharsets.ISO_8859_1).contains(text)) {
                        losing = armed.compareAndSet(text, null);
                    }
                    out.write(buffer, 0, read);
                }
            } catch (IOException cut) {
                cut();
            }
        }

        void answers() {
            try (InputStream in = server.getInputStream();
                    OutputStream out = client.getOutputStream()) {
                byte[] buffer = new byte[1 << 16];
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    if (losing) {
                        cut();
                        return;
                    }
                    out.write(buffer, 0, read);
                }
            } catch (IOException cut) {
                cut();
            }
        }

        private void cut() {
            closeQuietly(client);
            closeQuietly(server);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyGone) {
            // closing is all that was wanted
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        sockets.forEach(AnswerLosingProxy::closeQuietly);
    }
}
