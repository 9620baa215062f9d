package io.eventsource.deadletter;

import io.eventsource.error.ErrorInfo;
import io.eventsource.log.EventColumns;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The columns of {@code dead_letter_queue}, for all statements that write them. */
final class EntryColumns {

    /** A copy of the event, without {@code projection_name} and {@code position}, which identify the entry. */
    static final List<String> EVENT = event();

    /** What has become of it, in the order of {@link #failure}. */
    static final List<String> FAILURE = List.of(
            "status",
            "error_type",
            "error_message",
            "error_stacktrace",
            "error_category",
            "error_severity",
            "retry_count",
            "first_failed_at",
            "last_failed_at",
            "next_attempt_at");

    /** The values of {@link #FAILURE} out of the arguments of {@link #failure}. */
    static final String FAILURE_VALUES =
            """
            ?::text, ?::text, ?::text, ?::text, ?::text, ?::text, ?::integer,
            clock_timestamp() - ?::bigint * interval '1 millisecond', clock_timestamp(),
            clock_timestamp() + ?::bigint * interval '1 millisecond'""";

    private EntryColumns() {}

    private static List<String> event() {
        List<String> columns = new ArrayList<>(
                List.of("event_id", "event_type", "aggregate_id", "aggregate_type", "version", "revision", "bucket"));
        EventColumns.TEXTS.forEach(text -> columns.add(text.column()));
        columns.addAll(List.of("metadata", "event_timestamp", "event_created_at", "event_data"));
        return List.copyOf(columns);
    }

    static String list(List<String> columns) {
        return String.join(", ", columns);
    }

    /** Takes the columns from a row that could not be inserted. */
    static String excluded(List<String> columns) {
        return String.join(
                ", ", columns.stream().map("%1$s = excluded.%1$s"::formatted).toList());
    }

    /**
     * The arguments of {@link #FAILURE_VALUES}.
     *
     * @param error how it failed last; null for one that has not been tried
     * @param nextAttemptIn after which time it is handled again by itself; null when it is not
     */
    static List<@Nullable Object> failure(
            DeadLetter.Status status, @Nullable ErrorInfo error, @Nullable Duration nextAttemptIn) {
        Long next = nextAttemptIn == null ? null : (Long) nextAttemptIn.toMillis();
        if (error == null) {
            return Arrays.asList(status.stored(), null, null, null, null, null, 0, 0L, next);
        }
        return Arrays.asList(
                status.stored(),
                error.errorType(),
                ErrorText.message(error.error()),
                ErrorText.stackTrace(error.error()),
                error.category().name(),
                error.severity().name(),
                error.retryCount(),
                Duration.between(error.firstOccurredAt(), error.occurredAt()).toMillis(),
                next);
    }
}
