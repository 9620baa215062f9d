package io.eventsource.outbox;

import io.eventsource.event.StoredEvent;
import io.eventsource.payload.StoredJson;
import java.util.function.Function;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Keys of messages by name, for where there is no code. */
final class RouteKey {

    private static final JsonMapper JSON =
            JsonMapper.builder(StoredJson.factory()).build();

    private RouteKey() {}

    static Function<StoredEvent, String> of(String text) {
        if (text.startsWith("/")) {
            JsonPointer pointer = JsonPointer.compile(text);
            return event -> inPayload(event, pointer);
        }
        return switch (text) {
            case "aggregate-id" -> event -> event.aggregateId().toString();
            case "aggregate-type" -> StoredEvent::aggregateType;
            case "tenant" -> RouteKey::tenant;
            default ->
                throw new IllegalArgumentException(
                        "A key is 'aggregate-id', 'aggregate-type', 'tenant' or a place in the payload such as /customer/id, but it is '%s'"
                                .formatted(text));
        };
    }

    private static String tenant(StoredEvent event) {
        String tenant = event.metadata().tenantId();
        if (tenant == null) {
            throw new MissingKeyException(event, "tenant");
        }
        return tenant;
    }

    private static String inPayload(StoredEvent event, JsonPointer pointer) {
        JsonNode value = JSON.readTree(event.payload()).at(pointer);
        if (!value.isValueNode() || value.isNull() || value.asString().isEmpty()) {
            throw new MissingKeyException(event, pointer.toString());
        }
        return value.asString();
    }
}
