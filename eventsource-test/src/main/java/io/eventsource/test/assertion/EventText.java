package io.eventsource.test.assertion;

import io.eventsource.event.EventEnvelope;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Events as people read them: one below the other, with the components of records. */
public final class EventText {

    private EventText() {}

    /**
     * A line for each event.
     *
     * @param events events, or envelopes of events
     * @return lines without a line break at the end
     */
    public static String of(Collection<?> events) {
        if (events.isEmpty()) {
            return "  none";
        }
        List<String> lines = new ArrayList<>();
        for (Object event : events) {
            lines.add("  %d. %s".formatted(lines.size() + 1, of(event)));
        }
        return String.join("\n", lines);
    }

    private static String of(Object event) {
        if (event instanceof EventEnvelope<?> envelope) {
            return "%s version %d: %s".formatted(envelope.aggregateType(), envelope.version(), of(envelope.payload()));
        }
        return event.getClass().isRecord()
                ? event.getClass().getSimpleName()
                        + Arrays.stream(event.getClass().getRecordComponents())
                                .map(each -> each.getName() + ": " + quoted(value(each, event)))
                                .collect(Collectors.joining(", ", " {", "}"))
                : event.toString();
    }

    private static String quoted(@Nullable Object value) {
        return value instanceof CharSequence ? "\"" + value + "\"" : String.valueOf(value);
    }

    /** In what the first event that differs does so. */
    static String difference(List<?> expected, List<?> actual) {
        for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
            if (!expected.get(i).equals(actual.get(i))) {
                return "Event %d differs: %s".formatted(i + 1, difference(expected.get(i), actual.get(i)));
            }
        }
        return expected.size() > actual.size()
                ? "Event %d is missing: %s".formatted(actual.size() + 1, of(expected.get(actual.size())))
                : "Event %d was not expected: %s".formatted(expected.size() + 1, of(actual.get(expected.size())));
    }

    private static String difference(Object expected, Object actual) {
        if (expected.getClass() != actual.getClass()) {
            return "it is a %s and not a %s"
                    .formatted(
                            actual.getClass().getSimpleName(),
                            expected.getClass().getSimpleName());
        }
        if (!expected.getClass().isRecord()) {
            return "it is %s and not %s".formatted(actual, expected);
        }
        return Arrays.stream(expected.getClass().getRecordComponents())
                .filter(each -> !Objects.equals(value(each, expected), value(each, actual)))
                .map(each -> "%s is %s and not %s"
                        .formatted(each.getName(), quoted(value(each, actual)), quoted(value(each, expected))))
                .collect(Collectors.joining(", "));
    }

    private static @Nullable Object value(RecordComponent component, Object event) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(event);
        } catch (InvocationTargetException | IllegalAccessException failure) {
            return failure.toString();
        }
    }
}
