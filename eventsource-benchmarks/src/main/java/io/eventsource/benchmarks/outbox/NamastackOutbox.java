package io.eventsource.benchmarks.outbox;

import io.eventsource.benchmarks.Database;
import io.eventsource.benchmarks.OrderLineAdded;
import io.eventsource.benchmarks.outbox.RivalApplication.Publishing;
import io.eventsource.benchmarks.outbox.RivalApplication.Received;
import io.namastack.outbox.Outbox;
import io.namastack.outbox.handler.OutboxRecordMetadata;
import io.namastack.outbox.handler.OutboxTypedHandler;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Namastack's outbox on JDBC, tuned: with its defaults it sends ten keys every two seconds. */
record NamastackOutbox(Database database) implements OutboxContender {

    /** To be left out where another outbox is measured. */
    static final String AUTO_CONFIGURATIONS = String.join(
            ",",
            "io.namastack.outbox.config.OutboxCoreInfrastructureAutoConfiguration",
            "io.namastack.outbox.config.OutboxCoreThreadingAutoConfiguration",
            "io.namastack.outbox.config.OutboxCoreProcessingAutoConfiguration",
            "io.namastack.outbox.config.OutboxCoreSchedulingAutoConfiguration",
            "io.namastack.outbox.config.OutboxCoreMulticasterAutoConfiguration",
            "io.namastack.outbox.config.JdbcOutboxAutoConfiguration",
            "io.namastack.outbox.config.JdbcOutboxSchemaAutoConfiguration",
            "io.namastack.outbox.OutboxJacksonAutoConfiguration");

    private static final String MODULITH = String.join(
            ",",
            "org.springframework.modulith.events.config.EventPublicationAutoConfiguration",
            "org.springframework.modulith.events.config.EventExternalizationAutoConfiguration",
            "org.springframework.modulith.events.jdbc.JdbcEventPublicationAutoConfiguration",
            "org.springframework.modulith.moments.autoconfigure.MomentsAutoConfiguration");

    private static final int PER_STREAM = 10;
    private static final int PER_TRANSACTION = 1_000;
    private static final String NEVER = "1h";

    static NamastackOutbox in(Database database) {
        database.jdbc().execute(RivalApplication.TABLE);
        return new NamastackOutbox(database);
    }

    /** With a handler, without which nothing can be scheduled. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Handling {

        @Bean
        Handler handler(Received received) {
            return new Handler(received);
        }
    }

    /** What an application writes. */
    static class Handler implements OutboxTypedHandler<LineSold> {

        private final Received received;

        Handler(Received received) {
            this.received = received;
        }

        @Override
        public void handle(LineSold event, OutboxRecordMetadata metadata) {
            received.accept(event.stream());
        }
    }

    private record BySchedule(boolean published) implements Publishing {

        @Override
        public void publish(ConfigurableApplicationContext context, LineSold event) {
            if (published) {
                context.getBean(Outbox.class).schedule(event, event.stream());
            }
        }
    }

    @Override
    public String name() {
        return "Namastack (tuned)";
    }

    @Override
    public void reset() {
        start(null).close();
        database.jdbc().execute("TRUNCATE outbox_record, outbox_instance, lines");
        database.jdbc().execute("DELETE FROM outbox_partition");
    }

    @Override
    public void backlog(int events) {
        try (RivalApplication application = start(stream -> {}, true, NEVER)) {
            for (int first = 0; first < events; first += PER_TRANSACTION) {
                List<LineSold> part = IntStream.range(first, Math.min(events, first + PER_TRANSACTION))
                        .mapToObj(i -> new LineSold(
                                Integer.toString(i / PER_STREAM), i % PER_STREAM + 1, OrderLineAdded.of(1)))
                        .toList();
                application.writeAll(part);
            }
        }
        database.settle("outbox_record");
    }

    @Override
    public Application start(@Nullable Consumer<String> receiver) {
        return receiver == null ? start(stream -> {}, false, NEVER) : start(receiver, true, "25ms");
    }

    private RivalApplication start(Consumer<String> receiver, boolean published, String interval) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("namastack.outbox.jdbc.schema-initialization.enabled", "true");
        properties.put("namastack.outbox.polling.fixed.interval", interval);
        properties.put("namastack.outbox.polling.batch-size", "1000");
        properties.put("namastack.outbox.processing.executor-core-pool-size", "16");
        properties.put("namastack.outbox.processing.executor-max-pool-size", "16");
        properties.put("spring.autoconfigure.exclude", MODULITH);
        return RivalApplication.start(
                database, Handling.class, receiver::accept, properties, new BySchedule(published));
    }
}
