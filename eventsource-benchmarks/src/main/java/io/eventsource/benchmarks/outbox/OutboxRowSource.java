package io.eventsource.benchmarks.outbox;

import io.eventsource.benchmarks.Row;
import io.eventsource.benchmarks.RowSource;
import java.util.List;

/** The rows of outboxes. */
public final class OutboxRowSource implements RowSource {

    /** For the service loader. */
    public OutboxRowSource() {}

    @Override
    public List<Row> rows() {
        return List.of(
                new OutboxAppendRow("outbox-append", 16, 1),
                new OutboxAppendRow("outbox-append-10", 16, 10),
                new OutboxWriterRow("outbox-writer", 16),
                new OutboxRelayRow("outbox-relay"),
                new OutboxLatencyRow("outbox-latency", 200),
                new OutboxLeftoverRow("outbox-leftover"),
                new OutboxBrokerRow("outbox-kafka", KafkaMessageBroker::start),
                new OutboxBrokerRow("outbox-redis", RedisMessageBroker::start));
    }
}
