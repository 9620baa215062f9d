package io.eventsource.payload;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What PostgreSQL makes of a JSON text in a {@code jsonb}: names in the order of their length, and within a length of their bytes;
 * numbers without exponents; no sign at zero.
 */
final class JsonbForm {

    private static final JsonFactory FACTORY = StoredJson.factory()
            .rebuild()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamWriteConstraints(StreamWriteConstraints.builder()
                    .maxNestingDepth(StoredJson.MAX_DEPTH)
                    .build())
            .build();

    private static final JsonMapper MAPPER = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static final Comparator<byte[]> BY_LENGTH =
            Comparator.<byte[]>comparingInt(bytes -> bytes.length).thenComparing(Arrays::compareUnsigned);

    private JsonbForm() {}

    /**
     * As PostgreSQL gives it back.
     *
     * @throws tools.jackson.core.JacksonException when it is no JSON, or a name stands in an object twice
     * @throws IllegalArgumentException when it is empty
     */
    static String of(String json) {
        JsonNode tree = MAPPER.readTree(json);
        if (tree.isMissingNode()) {
            throw new IllegalArgumentException("it is empty, which is no JSON");
        }
        StringBuilder text = new StringBuilder(json.length() + 16);
        write(tree, text);
        return text.toString();
    }

    private static void write(JsonNode node, StringBuilder text) {
        if (node instanceof ObjectNode object) {
            String separator = "{";
            for (Map.Entry<String, JsonNode> entry : object.properties().stream()
                    .sorted(Comparator.comparing(each -> each.getKey().getBytes(StandardCharsets.UTF_8), BY_LENGTH))
                    .toList()) {
                text.append(separator)
                        .append(MAPPER.writeValueAsString(entry.getKey()))
                        .append(": ");
                write(entry.getValue(), text);
                separator = ", ";
            }
            text.append(object.isEmpty() ? "{}" : "}");
        } else if (node.isArray()) {
            text.append('[');
            for (int i = 0; i < node.size(); i++) {
                text.append(i == 0 ? "" : ", ");
                write(node.get(i), text);
            }
            text.append(']');
        } else if (node.isNumber()) {
            text.append(node.decimalValue().toPlainString());
        } else {
            text.append(MAPPER.writeValueAsString(node));
        }
    }
}
