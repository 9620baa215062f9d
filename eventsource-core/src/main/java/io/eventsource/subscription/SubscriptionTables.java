package io.eventsource.subscription;

import io.eventsource.jdbc.EventDatabase;
import io.eventsource.log.HighWaterMark;
import io.eventsource.schema.EventSourceSchema;
import org.springframework.jdbc.core.JdbcOperations;

/** What subscriptions keep in the database, by who uses it. */
record SubscriptionTables(
        CheckpointRepository checkpoints,
        SegmentRepository segments,
        ControlRepository controls,
        RebuildRepository rebuilds,
        StartingPoints startingPoints) {

    static SubscriptionTables of(EventDatabase database, HighWaterMark highWaterMark, InstanceSettings settings) {
        EventSourceSchema schema = database.schema();
        JdbcOperations joining = database.joining();
        JdbcOperations detached = database.detached();
        return new SubscriptionTables(
                new CheckpointRepository(joining, schema, settings.leaseDuration()),
                new SegmentRepository(detached, schema, settings.id()),
                new ControlRepository(detached, schema),
                new RebuildRepository(joining, detached, schema),
                new StartingPoints(highWaterMark, joining, schema));
    }
}
