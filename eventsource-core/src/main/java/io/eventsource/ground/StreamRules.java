package io.eventsource.ground;

import io.eventsource.ground.GroundReport.Finding;
import io.eventsource.ground.GroundReport.Severity;
import io.eventsource.schema.EventSourceSchema;

/** What is wrong with a stream whose row does not fit its events. */
final class StreamRules {

    private StreamRules() {}

    /**
     * A finding about a stream.
     *
     * @param version what its row says
     * @param stored the version of its last event, 0 without any
     */
    static Finding judge(EventSourceSchema schema, String stream, long version, long stored) {
        String mend = stored == 0
                ? "DELETE FROM %s.event_streams WHERE aggregate_id = '%s'".formatted(schema.name(), stream)
                : "UPDATE %s.event_streams SET version = %d WHERE aggregate_id = '%s'"
                        .formatted(schema.name(), stored, stream);
        return version > stored
                ? new Finding(
                        "stream-ahead",
                        Severity.WARN,
                        "The stream %s is at version %d, and its last event is %d".formatted(stream, version, stored),
                        "Every append that expects the last event's version is a conflict: a transaction was committed on the connection itself before its events were inserted",
                        "As the owner: " + mend)
                : new Finding(
                        "stream-behind",
                        Severity.WARN,
                        "The stream %s is at version %d, and has an event of version %d"
                                .formatted(stream, version, stored),
                        "Appends to it fail because the version is used: its row was changed, or restored from an older backup",
                        "As the owner: " + mend);
    }
}
