package io.eventsource.test;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands between a client and a server on this machine, so that a test can cut the way and mend it. Thread-safe; its threads are
 * daemons.
 */
public final class TcpProxy implements AutoCloseable {

    private static final int BUFFER = 1 << 16;
    private static final int BACKLOG = 50;

    private final ServerSocket listener;
    private final int serverPort;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;

    /**
     * Begins to listen on a free port.
     *
     * @param serverPort the server's port, where nobody need be listening yet
     */
    public TcpProxy(int serverPort) {
        this.serverPort = serverPort;
        try {
            listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot listen", failure);
        }
        daemon(this::accept);
    }

    /**
     * Where clients connect.
     *
     * @return the port
     */
    public int port() {
        return listener.getLocalPort();
    }

    /**
     * How many connections of clients are open.
     *
     * @return the number
     */
    public int connections() {
        return links.size();
    }

    /** Ends every connection, and each new one at once, until {@link #mend()}. */
    public void cut() {
        cut = true;
        endConnections();
    }

    /** Ends every connection; new ones are let through. */
    public void endConnections() {
        links.forEach(Link::end);
    }

    /** Lets connections through again. */
    public void mend() {
        cut = false;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                link(listener.accept());
            } catch (IOException closed) {
                if (!listener.isClosed()) {
                    throw new UncheckedIOException("The proxy cannot accept connections", closed);
                }
            }
        }
    }

    private void link(Socket client) {
        if (cut) {
            close(client);
            return;
        }
        try {
            Link link = new Link(client, new Socket(InetAddress.getLoopbackAddress(), serverPort));
            links.add(link);
            daemon(() -> link.carry(link.client, link.server));
            daemon(() -> link.carry(link.server, link.client));
            if (cut) {
                link.end();
            }
        } catch (IOException noServer) {
            close(client);
        }
    }

    private final class Link {

        private final Socket client;
        private final Socket server;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void carry(Socket from, Socket to) {
            try (InputStream in = from.getInputStream();
                    OutputStream out = to.getOutputStream()) {
                byte[] buffer = new byte[BUFFER];
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    out.write(buffer, 0, read);
                }
            } catch (IOException ended) {
                // one side has gone, which ends the other below
            } finally {
                end();
            }
        }

        void end() {
            close(client);
            close(server);
            links.remove(this);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyGone) {
            // closing is all that was wanted
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "tcp-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    /** Ends every connection and listens no more. */
    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot stop listening", failure);
        }
        endConnections();
    }
}
