package io.eventsource.payload;

import java.io.StringWriter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.DeserializationContextExt;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.TypeDeserializer;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.ser.SerializationContextExt;

/** What a mapper uses to write and to read a type. */
final class JacksonContexts {

    private final JsonMapper mapper;

    /** Many components are of one type and form. */
    private final Set<Tried> passed = ConcurrentHashMap.newKeySet();

    private record Tried(JavaType type, ValueSerializer<Object> writer, ValueDeserializer<Object> reader) {}

    JacksonContexts(JsonMapper mapper) {
        this.mapper = mapper;
    }

    /** A pair for one place: how its values are written and read, with the types that go with them. */
    record Pair(
            ValueSerializer<Object> writer,
            ValueDeserializer<Object> reader,
            @Nullable TypeSerializer writerType,
            @Nullable TypeDeserializer readerType) {

        boolean ownWriter() {
            return isOwn(writer);
        }

        boolean ownReader() {
            return isOwn(reader);
        }

        private static boolean isOwn(Object serializer) {
            String name = serializer.getClass().getName();
            return !(name.startsWith("tools.jackson.databind.") || name.startsWith(KeptNumbers.class.getName()))
                    || name.contains("StdConverting");
        }
    }

    JavaType type(Class<?> type) {
        return mapper.constructType(type);
    }

    JsonMapper mapper() {
        return mapper;
    }

    SerializationContextExt writing() {
        return mapper._serializationContext();
    }

    DeserializationContextExt reading() {
        return mapper._deserializationContext();
    }

    /** The pair of a type by itself. */
    Pair root(JavaType type) {
        SerializationContextExt writing = writing();
        DeserializationContextExt reading = reading();
        return new Pair(
                writing.findRootValueSerializer(type),
                reading.findContextualValueDeserializer(type, null),
                writing.findTypeSerializer(type),
                reading.findTypeDeserializer(type));
    }

    /** The pair of what a container holds. */
    Pair content(JavaType container, @Nullable BeanProperty property) {
        SerializationContextExt writing = writing();
        DeserializationContextExt reading = reading();
        JavaType content = container.getContentType();
        AnnotatedMember member = property == null ? null : property.getMember();
        return new Pair(
                writing.findContentValueSerializer(content, property),
                reading.findContextualValueDeserializer(content, property),
                member == null || !container.isContainerType()
                        ? writing.findTypeSerializer(content)
                        : mapper.serializationConfig()
                                .getTypeResolverProvider()
                                .findPropertyContentTypeSerializer(writing, member, container),
                member == null || !container.isContainerType()
                        ? reading.findTypeDeserializer(content)
                        : reading.findPropertyContentTypeDeserializer(container, member));
    }

    /** The first sample that does not come back, and as what; null when all do. */
    @Nullable String trial(JavaType type, Pair pair, List<Object> samples) {
        Tried tried = new Tried(type, pair.writer(), pair.reader());
        if (passed.contains(tried)) {
            return null;
        }
        for (Object sample : samples) {
            String json = null;
            try {
                json = JsonbForm.of(write(sample, pair));
                Object back = read(json, pair);
                if (Equality.difference(sample, back) != null) {
                    return "%s is written as %s and comes back as %s".formatted(shown(sample), json, shown(back));
                }
            } catch (RuntimeException failure) {
                return json == null
                        ? "%s cannot be written: %s".formatted(shown(sample), Findings.said(failure))
                        : "%s is written as %s and cannot be read: %s"
                                .formatted(shown(sample), json, Findings.said(failure));
            }
        }
        passed.add(tried);
        return null;
    }

    private static String shown(@Nullable Object sample) {
        return sample != null && sample.getClass().isArray()
                ? sample.getClass().getSimpleName()
                : String.valueOf(sample);
    }

    private String write(Object sample, Pair pair) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = mapper.createGenerator(text)) {
            writing().serializeValue(generator, sample, null, pair.writer());
        }
        return text.toString();
    }

    private @Nullable Object read(String json, Pair pair) {
        DeserializationContextExt context = reading();
        try (JsonParser parser = context.assignAndReturnParser(mapper.createParser(json))) {
            return parser.nextToken() == JsonToken.VALUE_NULL
                    ? pair.reader().getNullValue(context)
                    : pair.reader().deserialize(parser, context);
        }
    }
}
