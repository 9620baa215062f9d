package io.eventsource.autoconfigure.endpoint;

import io.eventsource.deadletter.DeadLetter;
import io.eventsource.outbox.Outbox;
import io.eventsource.outbox.Outbox.DestinationStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The outbox: how far destinations are, what could not be sent, retry and discard. */
final class OutboxArea implements EndpointArea {

    private static final int USUAL_LIMIT = 100;

    private final Outbox outbox;

    OutboxArea(Outbox outbox) {
        this.outbox = outbox;
    }

    @Override
    public String name() {
        return "outbox";
    }

    @Override
    public Object list(EndpointPage page) {
        return Map.of(
                "destinations",
                byName().values().stream().map(OutboxArea::describe).toList());
    }

    private Map<String, DestinationStatus> byName() {
        Map<String, DestinationStatus> byName = new TreeMap<>();
        outbox.destinations().forEach(each -> byName.put(each.name(), each));
        return byName;
    }

    private static Map<String, @Nullable Object> describe(DestinationStatus status) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("name", status.name());
        view.put("subscription", status.subscription());
        view.put("pending", status.pending());
        view.put("failed", status.failed());
        view.put("published", status.published());
        view.put("discarded", status.discarded());
        view.put("position", status.position());
        view.put("positionsBehind", status.positionsBehind());
        view.put("ageSeconds", status.age().toSeconds());
        view.put("lastProcessedAt", status.lastProcessedAt());
        return view;
    }

    @Override
    public Object find(String id, EndpointPage page) {
        Map<String, DestinationStatus> byName = byName();
        DestinationStatus status = byName.get(id);
        if (status == null) {
            throw EndpointProblem.unknown("destination", id, byName.keySet());
        }
        List<DeadLetter> entries = outbox.entries(id, page.after(), page.size());
        Map<String, @Nullable Object> view = describe(status);
        view.put("entries", entries.stream().map(OutboxArea::summary).toList());
        view.put(
                "next",
                entries.size() < page.size()
                        ? null
                        : entries.get(entries.size() - 1).id());
        return view;
    }

    private static Map<String, @Nullable Object> summary(DeadLetter entry) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("id", entry.id());
        view.put("status", entry.status().name().toLowerCase(Locale.ROOT));
        view.put("eventId", entry.event().eventId());
        view.put("eventType", entry.event().eventType());
        view.put("aggregateId", entry.event().aggregateId());
        view.put("position", entry.event().position());
        view.put("error", entry.failure() == null ? null : entry.failure().errorType());
        view.put("lastFailedAt", entry.attempts().lastFailedAt());
        view.put("nextAttemptAt", entry.attempts().nextAt());
        return view;
    }

    @Override
    public Object act(@Nullable String id, String action, EndpointOrder order) {
        if (id == null) {
            throw EndpointProblem.badRequest(
                    "Say which destination, or which entry, is meant: …/outbox/<it>/" + action);
        }
        Set<String> destinations = byName().keySet();
        if (!destinations.contains(id)) {
            return actOnEntry(key(id, destinations), action, order);
        }
        if (!"retry".equals(action)) {
            throw EndpointProblem.unknown("action on a destination", action, List.of("retry"));
        }
        return Map.of("retried", outbox.retryAll(id, USUAL_LIMIT));
    }

    private static long key(String id, Set<String> destinations) {
        try {
            return Long.parseLong(id);
        } catch (NumberFormatException none) {
            throw EndpointProblem.unknown("destination", id, destinations);
        }
    }

    private Object actOnEntry(long key, String action, EndpointOrder order) {
        boolean done =
                switch (action) {
                    case "retry" -> outbox.retry(key);
                    case "discard" -> outbox.discard(key, order.requireOperator(), order.requireReason());
                    default -> throw EndpointProblem.unknown("action", action, List.of("retry", "discard"));
                };
        if (!done) {
            throw EndpointProblem.conflict(
                    "There is no entry %d of a destination of which there is anything to %s".formatted(key, action));
        }
        return Map.of("id", key, "done", action);
    }
}
