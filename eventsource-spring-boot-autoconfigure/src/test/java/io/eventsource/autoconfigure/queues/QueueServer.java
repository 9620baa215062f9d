package io.eventsource.autoconfigure.queues;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A broker in the memory of this process, which may be away. Each queue keeps its messages, and how far each group has read. */
final class QueueServer {

    /** A message of a queue, with its number there. */
    @SuppressWarnings("ArrayRecordComponent")
    record Stored(int number, Instant storedAt, Map<String, String> headers, byte[] body) {}

    private final Map<String, List<Stored>> queues = new HashMap<>();
    private final Map<String, Integer> acknowledged = new HashMap<>();
    private boolean away;
    private int connections;
    private int refused;

    synchronized QueueClient connect() {
        connections++;
        return new QueueClient(this);
    }

    synchronized void disconnect() {
        connections--;
    }

    synchronized int connections() {
        return connections;
    }

    synchronized void away(boolean isAway) {
        away = isAway;
    }

    synchronized List<Stored> all(String queue) {
        return List.copyOf(queues.getOrDefault(queue, List.of()));
    }

    synchronized void add(String queue, Map<String, String> headers, byte[] body) throws IOException {
        requireThere();
        List<Stored> stored = queues.computeIfAbsent(queue, name -> new ArrayList<>());
        stored.add(new Stored(stored.size(), Instant.now(), Map.copyOf(headers), body));
    }

    synchronized List<Stored> behindAcknowledged(String queue, String group, int limit) throws IOException {
        requireThere();
        return all(queue).stream()
                .skip(acknowledged.getOrDefault(queue + "/" + group, 0))
                .limit(limit)
                .toList();
    }

    synchronized void acknowledge(String queue, String group, Stored last) throws IOException {
        requireThere();
        acknowledged.put(queue + "/" + group, last.number() + 1);
    }

    /** How often it was asked for something while it was away. */
    synchronized int refused() {
        return refused;
    }

    private void requireThere() throws IOException {
        if (away) {
            refused++;
            throw new IOException("The broker is away");
        }
    }
}
