package io.eventsource.sample.load;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes down, one JSON line for each order, the last version that the service acknowledged. Thread-safe. */
final class AcknowledgedOrders implements AutoCloseable {

    private final @Nullable BufferedWriter writer;

    AcknowledgedOrders(@Nullable Path file) throws IOException {
        this.writer = file == null ? null : Files.newBufferedWriter(file);
    }

    /** On its way to the disk when this returns, so that a killed load generator has lost nothing. */
    synchronized void add(UUID orderId, long version) {
        if (writer == null) {
            return;
        }
        try {
            writer.write("{\"orderId\":\"%s\",\"version\":%d}\n".formatted(orderId, version));
            writer.flush();
        } catch (IOException failure) {
            throw new UncheckedIOException("The acknowledged orders cannot be written", failure);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (writer != null) {
            writer.close();
        }
    }
}
