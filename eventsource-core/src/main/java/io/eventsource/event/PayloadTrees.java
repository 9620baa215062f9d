package io.eventsource.event;

import io.eventsource.payload.StoredJson;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/** JSON as trees and back, to the last digit: what an upcaster does not touch comes out as it is stored. */
final class PayloadTrees {

    private static final JsonMapper MAPPER = JsonMapper.builder(StoredJson.factory())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private PayloadTrees() {}

    static JsonMapper mapper() {
        return MAPPER;
    }

    static JsonNode parse(String json) {
        return MAPPER.readTree(json);
    }

    static String write(JsonNode tree) {
        return MAPPER.writeValueAsString(tree);
    }

    static JsonNode of(@Nullable Object value) {
        return MAPPER.valueToTree(value);
    }
}
