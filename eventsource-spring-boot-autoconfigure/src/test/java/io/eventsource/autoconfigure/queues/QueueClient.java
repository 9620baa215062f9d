package io.eventsource.autoconfigure.queues;

import io.eventsource.autoconfigure.queues.QueueServer.Stored;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A connection to the broker. */
final class QueueClient implements AutoCloseable {

    static final int LARGEST = 1_000_000;

    private final QueueServer server;
    private boolean closed;

    QueueClient(QueueServer server) {
        this.server = server;
    }

    /** Completes when the message is stored, with an IllegalArgumentException when it is too large, or with another failure. */
    CompletableFuture<Void> publish(String queue, Map<String, String> headers, byte[] body) {
        if (body.length > LARGEST) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException("The message has %d bytes".formatted(body.length)));
        }
        try {
            server.add(queue, headers, body);
            return CompletableFuture.completedFuture(null);
        } catch (IOException failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    /** Messages behind the last one that the group has acknowledged. */
    List<Stored> fetch(String queue, String group, int limit) {
        try {
            return server.behindAcknowledged(queue, group, limit);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The group has dealt with a message and all before it. */
    void acknowledge(String queue, String group, Stored last) {
        try {
            server.acknowledge(queue, group, last);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            server.disconnect();
        }
    }
}
