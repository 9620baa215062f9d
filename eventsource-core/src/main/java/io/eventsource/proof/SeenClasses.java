package io.eventsource.proof;

import io.eventsource.EventSourceException;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.ser.bean.BeanSerializerBase;
import tools.jackson.databind.ser.impl.UnknownSerializer;
import tools.jackson.databind.ser.std.ToEmptyObjectSerializer;

/**
 * Refuses at writing what no proof has seen. Jackson asks for a serializer once for each class, so what has been seen pays
 * nothing for it.
 */
final class SeenClasses extends ValueSerializerModifier {

    private static final long serialVersionUID = 1L;

    private final transient JsonMapper open;
    private final transient Set<Class<?>> seen;

    private SeenClasses(JsonMapper open, Set<Class<?>> seen) {
        this.open = open;
        this.seen = seen;
    }

    static JsonMapper guard(JsonMapper mapper, Set<Class<?>> seen) {
        SimpleModule module = new SimpleModule("eventsource-seen-classes");
        module.setSerializerModifier(new SeenClasses(mapper, seen));
        return mapper.rebuild().addModule(module).build();
    }

    @Override
    public List<BeanPropertyWriter> changeProperties(
            SerializationConfig config, BeanDescription.Supplier description, List<BeanPropertyWriter> properties) {
        for (BeanPropertyWriter property : properties) {
            if (property.getType().getRawClass().getName().startsWith("java.util.Optional")) {
                property.assignNullSerializer(new NoNull(property.getName()));
            }
            if (property.getAnnotation(Unproven.class) != null
                    && !property.hasSerializer()
                    && property.getTypeSerializer() == null) {
                property.assignSerializer(new Open(open));
            }
        }
        return properties;
    }

    @Override
    @SuppressWarnings("unchecked")
    public ValueSerializer<?> modifySerializer(
            SerializationConfig config, BeanDescription.Supplier description, ValueSerializer<?> serializer) {
        Class<?> type = description.getBeanClass();
        boolean bean = serializer instanceof BeanSerializerBase
                || serializer instanceof UnknownSerializer
                || serializer instanceof ToEmptyObjectSerializer;
        if (!bean || seen.contains(type)) {
            return serializer;
        }
        return TypeWalk.isUnproven(type)
                ? new Open(open)
                : new Unseen(type, (ValueSerializer<Object>) serializer, seen);
    }

    /** What the application takes on is written as if there were no proof. */
    private static final class Open extends ValueSerializer<Object> {

        private final JsonMapper open;

        Open(JsonMapper open) {
            this.open = open;
        }

        @Override
        public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
            open.writeValue(generator, value);
        }
    }

    private static final class NoNull extends ValueSerializer<Object> {

        private final String name;

        NoNull(String name) {
            this.name = name;
        }

        @Override
        public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
            throw refusal(
                    context,
                    "the Optional '%s' is null and would come back as empty. Use Optional.empty()".formatted(name));
        }
    }

    /** Carries an exception of the library, whose text is known to hold no data. */
    private static DatabindException refusal(SerializationContext context, String why) {
        return DatabindException.from(context, why, new EventSourceException(why));
    }

    /** A class that came after the proofs, or has none. */
    private static final class Unseen extends ValueSerializer<Object> {

        private final Class<?> type;
        private final ValueSerializer<Object> delegate;
        private final Set<Class<?>> seen;

        Unseen(Class<?> type, ValueSerializer<Object> delegate, Set<Class<?>> seen) {
            this.type = type;
            this.delegate = delegate;
            this.seen = seen;
        }

        @Override
        public void resolve(SerializationContext context) {
            delegate.resolve(context);
        }

        @Override
        public Class<?> handledType() {
            return type;
        }

        @Override
        public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
            requireSeen(context);
            delegate.serialize(value, generator, context);
        }

        @Override
        public void serializeWithType(
                Object value,
                JsonGenerator generator,
                SerializationContext context,
                tools.jackson.databind.jsontype.TypeSerializer typeSerializer) {
            requireSeen(context);
            delegate.serializeWithType(value, generator, context, typeSerializer);
        }

        private void requireSeen(SerializationContext context) {
            if (!seen.contains(type)) {
                JavaType javaType = context.constructType(type);
                throw refusal(
                        context,
                        "a value of %s stands where another class is declared, and would come back as that one. Declare its class, or annotate the declared one with @JsonTypeInfo"
                                .formatted(javaType.getRawClass().getName()));
            }
        }
    }
}
