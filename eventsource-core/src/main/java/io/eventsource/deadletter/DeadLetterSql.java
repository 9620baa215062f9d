package io.eventsource.deadletter;

import io.eventsource.log.EventColumns.Conditions;

/** The conditions of a filter of dead letters. */
final class DeadLetterSql {

    /** What is still to be handled, word for word the condition of the partial index. */
    static final String IS_OPEN = "status IN ('failed', 'waiting', 'retrying')";

    private DeadLetterSql() {}

    static Conditions of(DeadLetterRepository.Filter filter) {
        return new Conditions()
                .andAnyOf(
                        "status",
                        filter.statuses().stream()
                                .map(DeadLetter.Status::stored)
                                .toList())
                .and("projection_name = ?", filter.projection())
                .and("event_type = ?", filter.eventType())
                .and("? IN (aggregate_id, message_aggregate_id)", filter.aggregateId())
                .and("first_failed_at >= ?", filter.failedFrom())
                .and("first_failed_at < ?", filter.failedBefore());
    }
}
