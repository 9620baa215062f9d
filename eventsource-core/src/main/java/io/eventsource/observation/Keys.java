package io.eventsource.observation;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the conventions have in common. */
final class Keys {

    static final String NONE = KeyValue.NONE_VALUE;
    static final String SEVERAL = "several";
    static final String AGGREGATE_TYPE = "aggregate.type";
    static final String AGGREGATE_ID = "aggregate.id";
    static final String EVENT_TYPE = "event.type";
    static final String OUTCOME = "outcome";

    private Keys() {}

    /**
     * The database under the names that many dashboards know. Spans have them under OpenTelemetry's names too; as metrics' labels
     * those would say the same twice.
     */
    static KeyValues database(String operation) {
        return KeyValues.of("db.system", "postgresql", "db.operation", operation);
    }

    /** The database under the names of OpenTelemetry's semantic conventions, for spans. */
    static KeyValues databaseOfSpan(String operation, String table) {
        return KeyValues.of(
                "db.system.name", "postgresql", "db.operation.name", operation, "db.collection.name", table);
    }

    /** What all of them are, or that they differ. */
    static <T> String common(Iterable<? extends T> values, Function<T, String> property) {
        String common = null;
        for (T value : values) {
            String next = property.apply(value);
            if (common != null && !common.equals(next)) {
                return SEVERAL;
            }
            common = next;
        }
        return or(common);
    }

    static String or(@Nullable String value) {
        return value == null ? NONE : value;
    }

    static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
