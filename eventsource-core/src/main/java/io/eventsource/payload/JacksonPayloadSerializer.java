package io.eventsource.payload;

import io.eventsource.EventSourceException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.deser.DeserializationContextExt;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON by Jackson 3, with settings of its own: times as ISO-8601 text, with their zone where they have one, unknown fields
 * ignored, a missing or null value for a primitive refused. A text field stays text whatever it looks like; {@code NaN} and the
 * infinities are written as text and read back, and so are {@code -0.0} and decimals with a negative scale, which PostgreSQL would
 * give back as others. Whatever PostgreSQL gives back can be read, however long.
 */
final class JacksonPayloadSerializer implements PayloadSerializer {

    private final JsonMapper mapper;

    /** Makes parsers that read what PostgreSQL gives back, where the mapper's own do not. */
    private final @Nullable JsonFactory wideFactory;

    /** By class, so that what reads it is looked up once. There are as many as classes of events and states. */
    private final Map<Class<?>, ObjectReader> readers = new ConcurrentHashMap<>();

    /** With the library's settings. */
    JacksonPayloadSerializer() {
        this(List.of());
    }

    /** With what the application adds to the library's settings, in this order. */
    JacksonPayloadSerializer(Collection<? extends EventJsonCustomizer> customizers) {
        this(customized(customizers));
    }

    /** On a mapper of the application's choice. */
    JacksonPayloadSerializer(JsonMapper mapper) {
        this(KeptNumbers.on(mapper), wideFactory(mapper));
    }

    private JacksonPayloadSerializer(JsonMapper mapper, @Nullable JsonFactory wideFactory) {
        this.mapper = mapper;
        this.wideFactory = wideFactory;
    }

    private static JsonMapper customized(Collection<? extends EventJsonCustomizer> customizers) {
        JsonMapper.Builder builder = JsonMapper.builder(StoredJson.factory())
                .disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
                .enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID)
                .disable(DateTimeFeature.NORMALIZE_DESERIALIZED_ZONE_ID)
                .enable(JsonNodeFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);
        customizers.forEach(each -> each.customize(builder));
        return builder.build();
    }

    private static @Nullable JsonFactory wideFactory(JsonMapper mapper) {
        JsonFactory factory = mapper.tokenStreamFactory();
        StreamReadConstraints given = factory.streamReadConstraints();
        StreamReadConstraints needed = StoredJson.constraints(given);
        boolean enough = given.getMaxNestingDepth() == needed.getMaxNestingDepth()
                && given.getMaxNumberLength() == needed.getMaxNumberLength()
                && given.getMaxStringLength() == needed.getMaxStringLength()
                && given.getMaxNameLength() == needed.getMaxNameLength();
        return enough ? null : factory.rebuild().streamReadConstraints(needed).build();
    }

    @Override
    public JacksonPayloadSerializer strict() {
        return with(mapper.rebuild()
                .enable(MapperFeature.REQUIRE_SETTERS_FOR_GETTERS)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                .build());
    }

    /** What proves classes for this mapper. */
    JacksonProof proof() {
        return new JacksonProof(mapper);
    }

    /** The same on another mapper with the same limits. */
    JacksonPayloadSerializer with(JsonMapper other) {
        return new JacksonPayloadSerializer(other, wideFactory);
    }

    @Override
    public String serialize(Object value) {
        return mapper.writeValueAsString(value);
    }

    @Override
    public <T> T deserialize(String json, Class<T> type) {
        T value = wideFactory == null ? reader(type).readValue(json) : readWide(wideFactory, json, type);
        if (value == null) {
            throw new EventSourceException("the JSON is the literal null");
        }
        return value;
    }

    private ObjectReader reader(Class<?> type) {
        ObjectReader known = readers.get(type);
        return known != null ? known : readers.computeIfAbsent(type, mapper::readerFor);
    }

    private <T> T readWide(JsonFactory factory, String json, Class<T> type) {
        DeserializationContextExt context = mapper._deserializationContext();
        try (JsonParser parser = context.assignAndReturnParser(factory.createParser(context, json))) {
            return mapper.readValue(parser, type);
        }
    }
}
