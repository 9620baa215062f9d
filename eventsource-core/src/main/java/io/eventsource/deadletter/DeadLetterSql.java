package io.eventsource.deadletter;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The conditions of a filter, as SQL without values and the values. */
record DeadLetterSql(String conditions, List<Object> arguments) {

    /** What is still to be handled, word for word the condition of the partial index. */
    static final String IS_OPEN = "status IN ('failed', 'waiting', 'retrying')";

    /** The conditions, each with AND before it. */
    static DeadLetterSql of(DeadLetterRepository.Filter filter) {
        StringBuilder where = new StringBuilder();
        List<Object> arguments = new ArrayList<>();
        String[] statuses =
                filter.statuses().stream().map(DeadLetter.Status::stored).toArray(String[]::new);
        restrict(where, arguments, " AND status = ANY (?)", statuses.length == 0 ? null : statuses);
        restrict(where, arguments, " AND projection_name = ?", filter.projection());
        restrict(where, arguments, " AND event_type = ?", filter.eventType());
        restrict(where, arguments, " AND ? IN (aggregate_id, message_aggregate_id)", filter.aggregateId());
        restrict(where, arguments, " AND first_failed_at >= ?", database(filter.failedFrom()));
        restrict(where, arguments, " AND first_failed_at < ?", database(filter.failedBefore()));
        return new DeadLetterSql(where.toString(), arguments);
    }

    private static @Nullable Object database(@Nullable Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }

    private static void restrict(
            StringBuilder where, List<Object> arguments, String condition, @Nullable Object argument) {
        if (argument != null) {
            where.append(condition);
            arguments.add(argument);
        }
    }
}
