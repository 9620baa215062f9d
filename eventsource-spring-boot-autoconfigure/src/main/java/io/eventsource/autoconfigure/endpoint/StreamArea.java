package io.eventsource.autoconfigure.endpoint;

import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata.Field;
import io.eventsource.log.PageBytes;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.store.EventStore;
import io.eventsource.store.EventStore.StreamDescription;
import io.eventsource.store.EventStore.StreamSlice;
import io.eventsource.store.StreamQuery;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.JdbcUtils;

/** The history of one aggregate, page by page. */
final class StreamArea implements EndpointArea {

    private final EventStore store;
    private final PayloadSerializer serializer;
    private final boolean showPayloads;

    StreamArea(EventStore store, PayloadSerializer serializer, boolean showPayloads) {
        this.store = store;
        this.serializer = serializer;
        this.showPayloads = showPayloads;
    }

    @Override
    public String name() {
        return "streams";
    }

    @Override
    public Object list(EndpointPage page) {
        throw EndpointProblem.badRequest("Name an aggregate: streams/<its id>");
    }

    @Override
    public Object find(String id, EndpointPage page) {
        StreamDescription stream = store.describeStream(aggregate(id))
                .orElseThrow(() -> EndpointProblem.notFound("There is no stream %s".formatted(id)));
        if (page.after() > stream.version()) {
            throw EndpointProblem.badRequest("after must be 0 to %d, the version of the stream, but it is %d"
                    .formatted(stream.version(), page.after()));
        }
        StreamSlice slice = store.readStreamSlice(StreamQuery.of(stream.aggregateId())
                .from(page.after() + 1)
                .limit(page.size())
                .maxBytes(PageBytes.byHeap()));
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("aggregateId", stream.aggregateId());
        answer.put("aggregateType", stream.aggregateType());
        answer.put("tenantId", stream.tenantId());
        answer.put("version", stream.version());
        answer.put("events", slice.events().stream().map(this::describe).toList());
        answer.put(
                "next",
                slice.nothingStored() || slice.highestVersion() >= stream.version() ? null : slice.highestVersion());
        return answer;
    }

    private static UUID aggregate(String id) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException none) {
            throw EndpointProblem.notFound("There is no stream '%s': ids are UUIDs".formatted(id));
        }
    }

    private Map<String, @Nullable Object> describe(EventEnvelope<Object> event) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("version", event.version());
        view.put("position", event.position());
        view.put("eventId", event.eventId());
        view.put("eventType", event.eventType());
        view.put("timestamp", event.timestamp());
        view.put("createdAt", event.createdAt());
        for (Field field : Field.values()) {
            if (field != Field.TENANT_ID) {
                view.put(JdbcUtils.convertUnderscoreNameToPropertyName(field.column()), field.of(event.metadata()));
            }
        }
        if (showPayloads) {
            view.put("payload", serializer.serialize(event.payload()));
            view.put("headers", event.metadata().headers());
        }
        return view;
    }
}
