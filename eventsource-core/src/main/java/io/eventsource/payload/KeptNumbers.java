package io.eventsource.payload;

import java.math.BigDecimal;
import java.util.LinkedHashSet;
import java.util.Set;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsonFormatVisitors.JsonFormatVisitorWrapper;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.type.ArrayType;

/**
 * Writes numbers that PostgreSQL would give back as others as texts: {@code -0.0}, and decimals with a negative scale, such as
 * {@code 1E+2}, which would come back as {@code 100}. Jackson reads numbers from texts too, and SQL's {@code ->>} does not tell
 * them apart. All other numbers stay as they are.
 */
final class KeptNumbers {

    private KeptNumbers() {}

    /**
     * A mapper with the same settings that writes numbers so that they come back equal, and reads a set of enums as any other set:
     * the {@code EnumSet} that Jackson makes of it holds no null.
     *
     * @param mapper the settings. When it would not read numbers from texts, numbers are left as they are; {@link StoredJson}
     *     refuses those that can be told to change
     * @return the mapper
     */
    public static JsonMapper on(JsonMapper mapper) {
        SimpleModule module = new SimpleModule("eventsource-kept-values");
        module.addAbstractTypeMapping(Set.class, LinkedHashSet.class);
        if (readsTexts(mapper)) {
            module.setSerializerModifier(new Modifier());
        }
        return mapper.rebuild().addModule(module).build();
    }

    private static boolean readsTexts(JsonMapper mapper) {
        try {
            return mapper.readValue("\"1E+2\"", BigDecimal.class).scale() == -2
                    && Double.doubleToLongBits(mapper.readValue("\"-0.0\"", double.class))
                            == Double.doubleToLongBits(-0.0);
        } catch (RuntimeException refused) {
            return false;
        }
    }

    private static boolean changes(Object number) {
        if (number instanceof BigDecimal decimal) {
            return decimal.scale() < 0 && (long) decimal.precision() - decimal.scale() <= StoredJson.MAX_INTEGER_DIGITS;
        }
        if (number instanceof Double value) {
            return value == 0 && Double.doubleToRawLongBits(value) != 0;
        }
        return number instanceof Float value && value == 0 && Float.floatToRawIntBits(value) != 0;
    }

    private static final class Modifier extends ValueSerializerModifier {

        private static final long serialVersionUID = 1L;

        @Override
        public ValueSerializer<?> modifySerializer(
                SerializationConfig config, BeanDescription.Supplier description, ValueSerializer<?> serializer) {
            Class<?> type = description.getBeanClass();
            return type == BigDecimal.class
                            || type == Double.class
                            || type == double.class
                            || type == Float.class
                            || type == float.class
                    ? new Single(serializer)
                    : serializer;
        }

        @Override
        public ValueSerializer<?> modifyArraySerializer(
                SerializationConfig config,
                ArrayType type,
                BeanDescription.Supplier description,
                ValueSerializer<?> serializer) {
            Class<?> raw = type.getRawClass();
            return raw == double[].class || raw == float[].class ? new Several(serializer) : serializer;
        }
    }

    /** Leaves to another serializer what that keeps. */
    private abstract static class Deciding extends ValueSerializer<Object> {

        final ValueSerializer<Object> other;

        @SuppressWarnings("unchecked")
        Deciding(ValueSerializer<?> other) {
            this.other = (ValueSerializer<Object>) other;
        }

        abstract Deciding on(ValueSerializer<?> contextual);

        @Override
        public ValueSerializer<?> createContextual(SerializationContext context, BeanProperty property) {
            ValueSerializer<?> contextual = other.createContextual(context, property);
            if (contextual == other) {
                return this;
            }
            // with another form than a number there is nothing to keep
            return contextual.getClass() == other.getClass() ? on(contextual) : contextual;
        }

        @Override
        public void serializeWithType(
                Object value, JsonGenerator generator, SerializationContext context, TypeSerializer type) {
            other.serializeWithType(value, generator, context, type);
        }

        @Override
        public boolean isEmpty(SerializationContext context, Object value) {
            return other.isEmpty(context, value);
        }

        @Override
        public Class<?> handledType() {
            return other.handledType();
        }

        @Override
        public void acceptJsonFormatVisitor(JsonFormatVisitorWrapper visitor, JavaType type) {
            other.acceptJsonFormatVisitor(visitor, type);
        }
    }

    private static final class Single extends Deciding {

        Single(ValueSerializer<?> other) {
            super(other);
        }

        @Override
        Deciding on(ValueSerializer<?> contextual) {
            return new Single(contextual);
        }

        @Override
        public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
            if (changes(value)) {
                generator.writeString(value.toString());
            } else {
                other.serialize(value, generator, context);
            }
        }
    }

    /** Arrays of primitives, which have no serializer for an element. */
    private static final class Several extends Deciding {

        Several(ValueSerializer<?> other) {
            super(other);
        }

        @Override
        Deciding on(ValueSerializer<?> contextual) {
            return new Several(contextual);
        }

        @Override
        public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
            if (!hasMinusZero(value)) {
                other.serialize(value, generator, context);
                return;
            }
            generator.writeStartArray();
            if (value instanceof double[] doubles) {
                for (double each : doubles) {
                    write(each, each, generator);
                }
            } else if (value instanceof float[] floats) {
                for (float each : floats) {
                    write(each, each, generator);
                }
            }
            generator.writeEndArray();
        }

        private static void write(Number each, double value, JsonGenerator generator) {
            if (value == 0 || !Double.isFinite(value)) {
                generator.writeString(each.toString());
            } else if (each instanceof Float single) {
                generator.writeNumber(single);
            } else {
                generator.writeNumber(value);
            }
        }

        private static boolean hasMinusZero(Object array) {
            if (array instanceof double[] doubles) {
                for (double each : doubles) {
                    if (each == 0 && Double.doubleToRawLongBits(each) != 0) {
                        return true;
                    }
                }
            } else if (array instanceof float[] floats) {
                for (float each : floats) {
                    if (each == 0 && Float.floatToRawIntBits(each) != 0) {
                        return true;
                    }
                }
            }
            return false;
        }
    }
}
