package io.eventsource.autoconfigure.outbox;

import io.eventsource.outbox.OutboxRows;
import io.eventsource.schema.EventSourceSchema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says that appends write rows which this instance does not look after: without anybody who does, they pile up. */
final class LeftOutboxRows implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(LeftOutboxRows.class);

    private final OutboxRows rows;
    private final EventSourceSchema schema;

    LeftOutboxRows(OutboxRows rows, EventSourceSchema schema) {
        this.rows = rows;
        this.schema = schema;
    }

    @Override
    public void run() {
        if (rows.on()) {
            log.warn(
                    "Appends write rows of event_outbox although eventsource.outbox.mode is log here, and only instances with mode table mark and delete them. If there are none any more, have the owner of the tables run SELECT {}.outbox_rows(false)",
                    schema.name());
        }
    }
}
