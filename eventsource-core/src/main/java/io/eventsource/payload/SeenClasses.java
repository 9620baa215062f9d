package io.eventsource.payload;

import io.eventsource.EventSourceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.ser.bean.BeanSerializerBase;
import tools.jackson.databind.ser.impl.UnknownSerializer;
import tools.jackson.databind.ser.jackson.JsonValueSerializer;
import tools.jackson.databind.ser.std.ToEmptyObjectSerializer;

/**
 * Refuses at writing what no proof has seen. Jackson asks for a serializer once for each class and component, so what has been
 * seen there pays nothing for it.
 */
final class SeenClasses extends ValueSerializerModifier {

    private static final long serialVersionUID = 1L;

    private final transient Set<Allowed> allowed;

    private SeenClasses(Set<Allowed> allowed) {
        this.allowed = allowed;
    }

    static JsonMapper guard(JsonMapper mapper, Set<Allowed> allowed) {
        SimpleModule module = new SimpleModule("eventsource-seen-classes");
        module.setSerializerModifier(new SeenClasses(allowed));
        return mapper.rebuild().addModule(module).build();
    }

    @Override
    public List<BeanPropertyWriter> changeProperties(
            SerializationConfig config, BeanDescription.Supplier description, List<BeanPropertyWriter> properties) {
        List<BeanPropertyWriter> changed = new ArrayList<>();
        for (BeanPropertyWriter property : properties) {
            if (property.getType().getRawClass().getName().startsWith("java.util.Optional")) {
                property.assignNullSerializer(new NoNull(property.getName()));
            }
            changed.add(
                    property.getAnnotation(Unproven.class) != null && property.getClass() == BeanPropertyWriter.class
                            ? new TakenOn(property)
                            : property);
        }
        return changed;
    }

    @Override
    @SuppressWarnings("unchecked")
    public ValueSerializer<?> modifySerializer(
            SerializationConfig config, BeanDescription.Supplier description, ValueSerializer<?> serializer) {
        Class<?> type = description.getBeanClass();
        boolean guarded = serializer instanceof BeanSerializerBase
                || serializer instanceof JsonValueSerializer
                || serializer instanceof UnknownSerializer
                || serializer instanceof ToEmptyObjectSerializer;
        if (!guarded) {
            return serializer;
        }
        ValueSerializer<Object> delegate = (ValueSerializer<Object>) serializer;
        return TypeWalk.isUnproven(type) ? new Open(delegate) : new Guard(new Allowed(type, type), delegate, allowed);
    }

    private static DatabindException refusal(SerializationContext context, String why) {
        // an exception of the library, whose text is known to hold no data
        return DatabindException.from(context, why, new EventSourceException(why));
    }

    /** Within what the application takes on, nothing is refused. */
    private static final class Unguarded {

        private final SerializationContext context;
        private final @Nullable Object before;

        private Unguarded(SerializationContext context) {
            this.context = context;
            this.before = context.getAttribute(Unguarded.class);
        }

        static Unguarded begin(SerializationContext context) {
            Unguarded here = new Unguarded(context);
            context.setAttribute(Unguarded.class, true);
            return here;
        }

        void end() {
            context.setAttribute(Unguarded.class, before);
        }

        static boolean is(SerializationContext context) {
            return context.getAttribute(Unguarded.class) != null;
        }
    }

    /** A component that the application takes on is written as if there were no proof. */
    private static final class TakenOn extends BeanPropertyWriter {

        private static final long serialVersionUID = 1L;

        TakenOn(BeanPropertyWriter property) {
            super(property);
        }

        @Override
        public void serializeAsProperty(Object bean, JsonGenerator generator, SerializationContext context)
                throws Exception {
            Unguarded unguarded = Unguarded.begin(context);
            try {
                super.serializeAsProperty(bean, generator, context);
            } finally {
                unguarded.end();
            }
        }

        @Override
        public void serializeAsElement(Object bean, JsonGenerator generator, SerializationContext context)
                throws Exception {
            Unguarded unguarded = Unguarded.begin(context);
            try {
                super.serializeAsElement(bean, generator, context);
            } finally {
                unguarded.end();
            }
        }
    }

    private static final class NoNull extends ValueSerializer<Object> {

        private final String name;

        NoNull(String name) {
            this.name = name;
        }

        @Override
        public void serialize(@Nullable Object value, JsonGenerator generator, SerializationContext context) {
            if (Unguarded.is(context)) {
                generator.writeNull();
                return;
            }
            throw refusal(
                    context,
                    "the Optional '%s' is null and would come back as empty. Use Optional.empty()".formatted(name));
        }
    }

    /** Writes by another serializer. */
    private abstract static class Wrapper extends ValueSerializer<Object> {

        final ValueSerializer<Object> delegate;

        Wrapper(ValueSerializer<Object> delegate) {
            this.delegate = delegate;
        }

        @Override
        public void resolve(SerializationContext context) {
            delegate.resolve(context);
        }

        @Override
        public Class<?> handledType() {
            return delegate.handledType();
        }

        @Override
        public boolean isEmpty(SerializationContext context, Object value) {
            return delegate.isEmpty(context, value);
        }

        @SuppressWarnings("unchecked")
        ValueSerializer<Object> at(SerializationContext context, @Nullable BeanProperty property) {
            return (ValueSerializer<Object>) delegate.createContextual(context, property);
        }
    }

    /** A class that the application takes on. */
    private static final class Open extends Wrapper {

        Open(ValueSerializer<Object> delegate) {
            super(delegate);
        }

        @Override
        public ValueSerializer<?> createContextual(SerializationContext context, @Nullable BeanProperty property) {
            return new Open(at(context, property));
        }

        @Override
        public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
            Unguarded unguarded = Unguarded.begin(context);
            try {
                delegate.serialize(value, generator, context);
            } finally {
                unguarded.end();
            }
        }

        @Override
        public void serializeWithType(
                Object value, JsonGenerator generator, SerializationContext context, TypeSerializer typeSerializer) {
            Unguarded unguarded = Unguarded.begin(context);
            try {
                delegate.serializeWithType(value, generator, context, typeSerializer);
            } finally {
                unguarded.end();
            }
        }
    }

    /** A class whose values may not stand here, unless a later proof allows it. */
    private static final class Guard extends Wrapper {

        private final Allowed here;
        private final Set<Allowed> allowed;

        Guard(Allowed here, ValueSerializer<Object> delegate, Set<Allowed> allowed) {
            super(delegate);
            this.here = here;
            this.allowed = allowed;
        }

        @Override
        public ValueSerializer<?> createContextual(SerializationContext context, @Nullable BeanProperty property) {
            ValueSerializer<Object> contextual = at(context, property);
            Class<?> type = here.actual();
            Class<?> declared = property == null ? type : declared(context, property.getType(), type);
            Allowed there = new Allowed(declared, type);
            return allowed.contains(there) ? contextual : new Guard(there, contextual, allowed);
        }

        /** The class in whose place a value stands, behind containers and what is written as one value. */
        private static Class<?> declared(SerializationContext context, JavaType component, Class<?> actual) {
            JavaType type = component;
            for (int i = 0; i < StoredJson.MAX_DEPTH && type != null; i++) {
                if (type.getContentType() != null) {
                    type = type.getContentType();
                } else if (type.getRawClass() != Object.class
                        && type.getRawClass().isAssignableFrom(actual)) {
                    return type.getRawClass();
                } else {
                    AnnotatedMember value =
                            context.introspectBeanDescription(type).findJsonValueAccessor();
                    type = value == null ? null : value.getType();
                }
            }
            // a converter or a serializer of the application has put it there
            return actual;
        }

        @Override
        public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
            require(context, "would come back as that one. Declare its class, or annotate %s with @JsonTypeInfo");
            delegate.serialize(value, generator, context);
        }

        @Override
        public void serializeWithType(
                Object value, JsonGenerator generator, SerializationContext context, TypeSerializer typeSerializer) {
            require(context, "is not one of its known classes. Name it by @JsonSubTypes at %s");
            delegate.serializeWithType(value, generator, context, typeSerializer);
        }

        private void require(SerializationContext context, String what) {
            if (!allowed.contains(here) && !Unguarded.is(context)) {
                String declared = here.declared().getName();
                throw refusal(
                        context,
                        here.declared() == here.actual()
                                ? "a value of %s stands where its class is not declared, and no proof has seen it. Declare its class, or annotate the declared one with @JsonTypeInfo"
                                        .formatted(declared)
                                : "a value of %s stands where %s is declared, and %s"
                                        .formatted(here.actual().getName(), declared, what.formatted(declared)));
            }
        }
    }
}
