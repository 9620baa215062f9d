package io.eventsource.benchmarks.outbox;

import io.eventsource.benchmarks.Database;
import io.eventsource.benchmarks.EventsourceContender;
import io.eventsource.benchmarks.EventsourceLog;
import io.eventsource.benchmarks.EventsourceTables;
import io.eventsource.benchmarks.OrderLineAdded;
import io.eventsource.benchmarks.Tally;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.OutboxRows;
import io.eventsource.store.EventStoreSettings.AppendTiming;
import io.eventsource.subscription.SubscriptionSettings;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * This library's outbox, wired and configured as the starter does it.
 *
 * @param database where the log is
 * @param tables its tables
 * @param rows whether appends write rows of event_outbox, as with the mode table
 */
record EventsourceOutbox(Database database, EventsourceTables tables, boolean rows) implements OutboxContender {

    private static final String DESTINATION = "benchmark";

    static EventsourceOutbox in(Database database, boolean rows) {
        return new EventsourceOutbox(database, EventsourceTables.in(database), rows);
    }

    /** Empties the log, fills it with streams of ten events, and forgets what was published. */
    void reset(int events) {
        JdbcTemplate jdbc = database.jdbc();
        jdbc.queryForList("SELECT eventsource.outbox_rows(false)");
        tables.reset(events);
        jdbc.execute("TRUNCATE eventsource.event_outbox, eventsource.dead_letter_queue, eventsource.parked_aggregates");
        jdbc.update("DELETE FROM eventsource.projection_checkpoints");
        jdbc.update("UPDATE eventsource.high_water_mark SET position = 0");
        if (rows) {
            outboxRows().register(DESTINATION, Set.of("order-line-added"));
            outboxRows().switchOn();
        }
    }

    @Override
    public String name() {
        return rows ? "eventsource, table" : "eventsource";
    }

    @Override
    public void reset() {
        reset(0);
    }

    @Override
    public void backlog(int events) {
        if (rows) {
            new EventsourceContender(database, AppendTiming.DEFERRED).load(events);
        } else {
            reset(events);
        }
    }

    @Override
    public Application start(@Nullable Consumer<String> receiver) {
        EventsourceLog log = receiver == null
                ? silent()
                : publish(new CountingTransport(new Tally(), message -> receiver.accept(message.key())));
        return new Appending(log);
    }

    private final class Appending implements Application {

        private static final List<OrderLineAdded> LINES = List.of(OrderLineAdded.of(1));

        private final EventsourceLog log;

        Appending(EventsourceLog log) {
            this.log = log;
        }

        @Override
        public void write(String stream, int number) {
            if (!log.contender().append(UUID.fromString(stream), number - 1, LINES)) {
                throw new IllegalStateException("Nobody else writes to " + stream);
            }
        }

        @Override
        public void settle() {
            if (rows) {
                outboxRows().mark(List.of(DESTINATION));
            }
        }

        @Override
        public void close() {
            log.close();
        }
    }

    private OutboxRows outboxRows() {
        return new OutboxRows(database.dataSource(), EventsourceTables.SCHEMA);
    }

    /** Publishes from the beginning of the log, or from where it was. */
    EventsourceLog publish(MessageTransport transport) {
        return EventsourceLog.publish(database, transport, SubscriptionSettings.defaults());
    }

    /** Appends, and publishes nothing. */
    EventsourceLog silent() {
        return EventsourceLog.start(database, List.of());
    }
}
